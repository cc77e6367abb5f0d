package strategies

import "time"

// The functions of this file are what a strategy calls to initialise its package
// variables. They declare into the current Setup. An interpreted strategy never
// reaches them: the loader gives each instance the methods of its own Setup
// under the same names. A compiled strategy is initialised by Go, one package
// after the other on one goroutine, between Begin and the end of its package.

var current = NewSetup(nil)

// Begin makes s the Setup that the declarations of the package being initialised
// go to. Only generated code calls it.
func Begin(s *Setup) *Setup {
	current = s
	return s
}

// Int declares a whole-number parameter and returns its value: def unless the
// run sets it. A value outside low..high is refused before the run starts.
func Int(name string, def, low, high int, doc string) int {
	return current.Int(name, def, low, high, doc)
}

// Float declares a number parameter and returns its value.
func Float(name string, def, low, high float64, doc string) float64 {
	return current.Float(name, def, low, high, doc)
}

// Bool declares a yes-or-no parameter and returns its value.
func Bool(name string, def bool, doc string) bool { return current.Bool(name, def, doc) }

// Choice declares a parameter that is one of the options and returns its value.
func Choice(name, def, doc string, options ...string) string {
	return current.Choice(name, def, doc, options...)
}

// Duration declares a length of time as a parameter and returns its value.
func Duration(name string, def, low, high time.Duration, doc string) time.Duration {
	return current.Duration(name, def, low, high, doc)
}

// TimeOfDay declares a wall-clock time as a parameter ("09:30" or "09:30:15")
// and returns it in seconds since midnight, to be compared with Context.TimeOfDay.
func TimeOfDay(name, def, doc string) int { return current.TimeOfDay(name, def, doc) }

// Seconds declares bars of n seconds.
func Seconds(n int) *Bars { return current.Seconds(n) }

// Minutes declares bars of n minutes.
func Minutes(n int) *Bars { return current.Minutes(n) }

// Hours declares bars of n hours, counted from the session's open.
func Hours(n int) *Bars { return current.Hours(n) }

// Sessions declares one bar for each trading session.
func Sessions() *Bars { return current.Sessions() }

// Ticks declares bars of n trades.
func Ticks(n int) *Bars { return current.Ticks(n) }

// Volume declares bars of n contracts.
func Volume(n int) *Bars { return current.Volume(n) }

// Range declares bars that span n ticks of price.
func Range(n int) *Bars { return current.Range(n) }

// Bid is the bid as a line, updated with every quote.
func Bid() *Line { return current.Bid() }

// Ask is the offer as a line, updated with every quote.
func Ask() *Line { return current.Ask() }

// Mid is the middle of the book as a line, updated with every quote that has both sides.
func Mid() *Line { return current.Mid() }

// Last is the last traded price as a line, updated with every trade.
func Last() *Line { return current.Last() }

// SMA is the simple moving average of the last n values.
func SMA(in *Line, n int) *Line { return current.SMA(in, n) }

// EMA is the exponential moving average with weight 2/(n+1).
func EMA(in *Line, n int) *Line { return current.EMA(in, n) }

// WMA is the linearly weighted moving average of the last n values.
func WMA(in *Line, n int) *Line { return current.WMA(in, n) }

// HMA is the Hull moving average.
func HMA(in *Line, n int) *Line { return current.HMA(in, n) }

// VWMA is the volume-weighted moving average of the last n closes.
func VWMA(in *Bars, n int) *Line { return current.VWMA(in, n) }

// RSI is Wilder's relative strength index, 0 to 100.
func RSI(in *Line, n int) *Line { return current.RSI(in, n) }

// ROC is the rate of change over n values, in percent.
func ROC(in *Line, n int) *Line { return current.ROC(in, n) }

// StdDev is the population standard deviation of the last n values.
func StdDev(in *Line, n int) *Line { return current.StdDev(in, n) }

// Highest is the highest of the last n values.
func Highest(in *Line, n int) *Line { return current.Highest(in, n) }

// Lowest is the lowest of the last n values.
func Lowest(in *Line, n int) *Line { return current.Lowest(in, n) }

// ATR is Wilder's average true range, in points.
func ATR(in *Bars, n int) *Line { return current.ATR(in, n) }

// CCI is Lambert's commodity channel index.
func CCI(in *Bars, n int) *Line { return current.CCI(in, n) }

// OBV is Granville's on-balance volume.
func OBV(in *Bars) *Line { return current.OBV(in) }

// VWAP is the volume-weighted average price of the session's trades so far.
func VWAP() *Line { return current.VWAP() }

// MACD is the difference of two exponential averages, its signal and histogram.
func MACD(in *Line, fast, slow, signal int) *MACDLines { return current.MACD(in, fast, slow, signal) }

// Bollinger is a simple average with bands k standard deviations away.
func Bollinger(in *Line, n int, k float64) *Bands { return current.Bollinger(in, n, k) }

// Keltner is an exponential average with bands k average true ranges away.
func Keltner(in *Bars, n, atr int, k float64) *Bands { return current.Keltner(in, n, atr, k) }

// Donchian is the highest high and the lowest low of the last n bars.
func Donchian(in *Bars, n int) *Bands { return current.Donchian(in, n) }

// Stochastic is Lane's oscillator: %K over n bars, smoothed, and its average %D.
func Stochastic(in *Bars, n, smooth, d int) *StochasticLines {
	return current.Stochastic(in, n, smooth, d)
}

// ADX is Wilder's directional movement system.
func ADX(in *Bars, n int) *ADXLines { return current.ADX(in, n) }

// LinReg is the least-squares line through the last n values.
func LinReg(in *Line, n int) *Regression { return current.LinReg(in, n) }

// Cross watches line a cross line b.
func Cross(a, b *Line) *Crossing { return current.Cross(a, b) }
