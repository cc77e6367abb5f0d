package indicator

import "tollgate/engine"

// Bar is a closed summary of the trades in Start <= t < End, all of one session.
type Bar struct {
	Open, High, Low, Close float64     // price units of the instrument
	Volume                 float64     // contracts
	Start, End             engine.Time // no trade of the bar is at or after End
	Trades                 int         // trades summed, those of size zero included
	Session                int         // trade date, yyyymmdd
}

// usable reports whether a bar counts as input of an indicator.
func (b *Bar) usable() bool {
	return b != nil && usable(b.High) && usable(b.Low) && usable(b.Volume) &&
		b.Low <= b.Close && b.Close <= b.High && b.Volume >= 0
}

// typical is the typical price.
func (b *Bar) typical() float64 { return (b.High + b.Low + b.Close) / 3 }

// begin makes b the bar of a single trade.
func (b *Bar) begin(t engine.Time, price, size float64, session int) {
	*b = Bar{Open: price, High: price, Low: price, Close: price, Volume: size, Start: t, End: t + 1, Trades: 1, Session: session}
}

// include adds a trade, not earlier than those before.
func (b *Bar) include(price, size float64) {
	b.High, b.Low, b.Close = max(b.High, price), min(b.Low, price), price
	b.Volume += size
	b.Trades++
}
