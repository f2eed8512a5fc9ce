/** One fault of a request, with its place: a JSON Pointer into the body, a query or path parameter, or a header. */
export interface Fault {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  /** snake_case, stable: "unknown_member", "required", "invalid_code" … */
  readonly code: string;
  /** A sentence that names the value and the remedy. */
  readonly message: string;
}
