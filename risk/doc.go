// Package risk is the gate: every request to the broker is judged here, and only
// its yes makes a permit.
//
// A rule is one file and one shape: it sees the book and a request and answers
// nil or a denial with a stable code, the limit and the number that would have
// broken it. Rules are asked in the order of Rules; the first no wins. The token
// budget is asked last, so that what is refused costs nothing.
//
// Position limits are judged on the worst case (engine.Book.Worst): held plus
// working, in flight and unknown, plus this order. Cancels always pass the rules:
// they can only lower the worst case. Flattening and protection of a position pass
// them too: a limit must never hold somebody in a position. All three still need
// tokens, for which the budget keeps a reserve.
//
// The account's mode is judged first: killed, nothing of a strategy passes
// (IsKilled); reduce-only, no entry does (ReduceOnly). It is set by people and by the
// gateway, never by the configuration. An entry at market while the instrument's calendar
// says it is closed is denied next (Closed), whatever the configuration: it would fill at
// the next open. Only a run against a bridge that plays a recording, while its own clock
// is the machine's, is without that rule (Limits.AnyHour). Holidays are not in the calendars. An order that waited for a token is judged
// again when its turn comes; the Desk takes it out of the book for that, so it counts
// once.
//
// The package is pure: time arrives with the request. A Gate is not safe for
// concurrent use; it belongs to one Desk. Gates made by Sharing pay from one Budget
// and must belong to the same goroutine.
package risk
