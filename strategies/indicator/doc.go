// Package indicator computes technical indicators and builds bars, one update at
// a time, at native speed; strategy scripts read the results as fields.
//
// # Contract
//
// Lines. Every output is a [Line]. V is NaN and Ready false until the documented
// number of updates; whenever Ready is true, V is a finite number. A comparison
// with NaN is false, so a script that forgets to ask for Ready does not trade on
// a number that does not exist. Prev is the V of the update before.
//
// Input. An input that is NaN, infinite or larger in magnitude than [MaxInput] is
// ignored: nothing changes and N does not grow. So is a nil bar, a bar whose
// Close is not between Low and High, and one with a negative Volume; Open, the
// times and the trade count of a bar are not looked at. Because NaN is ignored,
// indicators chain without asking for Ready: avg.Update(rsi.V). A chain must be
// updated only when its source was (compare N), or it counts the same value twice.
//
// Cost. An update takes constant time, amortised constant for the monotonic
// queues of [Highest], [Lowest], [Donchian] and [Stochastic], and expected
// O(log length) for [CCI]. Nothing is allocated after construction, and memory is
// proportional to the length, which is at most [MaxLength].
//
// Rounding. Running sums are kept in pairs of float64 (about 106 bits, Dekker
// 1971, Knuth TAOCP 4.2.2), and are replaced every length updates by a sum that
// was started afresh length updates before. Errors therefore neither grow with
// the number of updates nor outlive an extreme input by more than twice the
// length. Products that feed a sum are rounded explicitly, so that compilers for
// machines with fused multiply-add give the same bits as the others.
//
// Seeding. Exponential averages start from the simple mean of their first length
// inputs, as in TA-Lib, Wilder 1978 and StockCharts ChartSchool. Where these
// sources differ from one another, the type says which one it follows.
//
// Bars. See [Bars]: a bar is never visible before it is closed, never spans a
// session boundary, and never contains a trade at or after its End.
//
// # Concurrency
//
// Nothing here locks, blocks, reads a clock or starts a goroutine; a value is
// used by one goroutine at a time. Equal inputs give equal outputs.
//
// # Not promised
//
// The zero value of an indicator is not usable: it ignores every update and is
// never Ready. Nothing here is exact money; prices that decide an order are
// engine.Price.
package indicator
