// Package bias looks for what makes a backtest promise more than live trading can
// keep: it takes down what a strategy decides in a run, and compares runs.
//
// # Decisions
//
// A Recorder, attached to the configuration of a world, takes down every intent
// of every strategy instance, and every halt, as a Decision: when, on which
// instrument, what. What the desk, the gate and the venue make of an intent is no
// decision of the strategy and is left out, as are log lines and timers.
//
// Two decisions are the same when time, instrument, kind, the strategy's own order
// number and terms are. The reason of a halt is text for people and is not compared.
// Whether order numbers count is said at each comparison: a run that begins later
// numbers its orders anew.
//
// Decisions are compared instrument by instrument, in their order there: between
// instruments there is no order at one time that could be wrong.
//
// # Warm-up
//
// A run that begins later in the same recording agrees with the whole run after a
// delay d when, on each instrument, all decisions later than its begin + d are the
// same, order numbers apart. Converge finds the smallest such d there is evidence
// for: on each instrument that differs at all, at least one decision after the last
// difference must agree.
//
// A strategy that carries a position, or state made from its own trades, may decide
// differently for ever and be warm all the same. So Converge compares entries too.
// An entry is an order submitted by an instance that had no position and no working
// order when its handler was called; it is compared by time and side, and only
// where the instance of the other run was flat too. Quantity, type and prices are
// left out, because they may follow from what was lost or won before.
//
// # Bounds
//
// A Recorder keeps the first so many decisions, as told, and counts the rest. A
// comparison ends where one of the two logs does; Log.Dropped tells.
//
// # What is not promised
//
// Agreement is no proof. A run cut at eight moments shows a look into the future
// only if it changes a decision before one of them.
//
// Everything here is pure: no clock, no goroutine, no randomness but from a seed.
// Nothing is safe for concurrent use; a Log may be read by several at once when
// its run is over.
package bias
