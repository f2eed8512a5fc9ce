-- A whole new record in a request is found again by these. Of hash indexes, because an address may be longer than a tree's
-- entry, and nobody asks for an order.
CREATE INDEX "sources_url_found_idx" ON "sources" USING hash ("url");
CREATE INDEX "places_names_name_found_idx" ON "places_names" USING hash ("name");
