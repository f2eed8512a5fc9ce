-- Where a feed since an instant begins. Versions are appended in nearly the order of their time, so a few bytes a block serve.
CREATE INDEX "revisions_recorded_at_idx" ON "revisions" USING brin ("recorded_at") WITH (pages_per_range = 16, autosummarize = on);
