package indicator

import (
	"fmt"
	"time"

	"tollgate/engine"
)

// Bounds of the builders.
const (
	MinBarDuration = time.Millisecond
	MaxBarDuration = 24 * time.Hour
	MaxBarTrades   = 1_000_000_000 // trades of a tick bar
)

// TimeBars builds bars of a duration. A duration that divides the hour is aligned
// to the UTC epoch, and so to the full hour of every zone with whole hours; any
// other one is counted from the open of the session (24 hours is therefore one bar
// a session). Start and End are the interval's, cut to the session.
type TimeBars struct {
	stream
	d engine.Time
}

// NewTimeBars returns a builder of time bars; d is MinBarDuration to
// MaxBarDuration. A nil calendar means sessions of one UTC day.
func NewTimeBars(d time.Duration, calendar *engine.Calendar) (*TimeBars, error) {
	if d < MinBarDuration || d > MaxBarDuration {
		return nil, &ParamError{"TimeBars", "d", d.String(), fmt.Sprintf("%v to %v", MinBarDuration, MaxBarDuration)}
	}
	s, err := newStream("TimeBars", calendar)
	if err != nil {
		return nil, err
	}
	return &TimeBars{s, engine.Time(d)}, nil
}

// Add implements [Bars].
func (b *TimeBars) Add(t engine.Time, price, size float64) int {
	if b.d == 0 || !b.admit(t, price, size) {
		return b.n
	}
	if b.put(t, price, size) {
		b.bar.Start, b.bar.End = b.interval(t)
		b.until = b.bar.End
	}
	return b.n
}

// interval is the one that contains t, which is in the session.
func (b *TimeBars) interval(t engine.Time) (start, end engine.Time) {
	origin := b.session.Open
	if engine.Time(time.Hour)%b.d == 0 {
		origin = 0
	}
	into := (t - origin) % b.d
	if into < 0 {
		into += b.d // times before 1970
	}
	start = t - into
	end = b.session.Close
	if end-start > b.d {
		end = start + b.d
	}
	return max(start, b.session.Open), end
}

// TickBars builds bars of a number of trades. A bar lasts from its first trade to
// one nanosecond after its last one; trades with the same time can be in successive
// bars.
type TickBars struct {
	stream
	trades int
}

// NewTickBars returns a builder of bars of trades trades, 1 to MaxBarTrades. A nil
// calendar means sessions of one UTC day.
func NewTickBars(trades int, calendar *engine.Calendar) (*TickBars, error) {
	if trades < 1 || trades > MaxBarTrades {
		return nil, &ParamError{"TickBars", "trades", fmt.Sprint(trades), fmt.Sprintf("1 to %d", MaxBarTrades)}
	}
	s, err := newStream("TickBars", calendar)
	if err != nil {
		return nil, err
	}
	return &TickBars{s, trades}, nil
}

// Add implements [Bars].
func (b *TickBars) Add(t engine.Time, price, size float64) int {
	if b.trades == 0 || !b.admit(t, price, size) {
		return b.n
	}
	b.put(t, price, size)
	if b.bar.Trades >= b.trades {
		b.close()
	}
	return b.n
}

// VolumeBars builds bars of a number of contracts. The trade that reaches the
// number closes the bar and is in it whole, so that a bar can have more than the
// number, by less than its last trade. Splitting the trade would make bars out of
// one print, and with a feed that sums up what traded since the last snapshot it
// would invent where. Times are as in [TickBars].
type VolumeBars struct {
	stream
	contracts float64
}

// NewVolumeBars returns a builder of bars of contracts contracts, more than 0 and up
// to MaxInput. A nil calendar means sessions of one UTC day.
func NewVolumeBars(contracts float64, calendar *engine.Calendar) (*VolumeBars, error) {
	if err := checkAmount("VolumeBars", "contracts", contracts); err != nil {
		return nil, err
	}
	s, err := newStream("VolumeBars", calendar)
	if err != nil {
		return nil, err
	}
	return &VolumeBars{s, contracts}, nil
}

// Add implements [Bars].
func (b *VolumeBars) Add(t engine.Time, price, size float64) int {
	if b.contracts == 0 || !b.admit(t, price, size) {
		return b.n
	}
	b.put(t, price, size)
	if b.bar.Volume >= b.contracts {
		b.close()
	}
	return b.n
}

// RangeBars builds bars of a height, High - Low. The trade that reaches the height
// closes the bar and is in it; the next trade opens the next bar. When the price
// jumps further than was left, the bar is higher than asked for: the jump is one
// bar with the prices that traded, not a row of bars at prices that did not. The
// height counts as reached when a millionth of it is missing, because the difference
// of two decimal prices is rounded. Times are as in [TickBars].
type RangeBars struct {
	stream
	height float64
}

// NewRangeBars returns a builder of bars of height price units, more than 0 and up
// to MaxInput. A nil calendar means sessions of one UTC day.
func NewRangeBars(height float64, calendar *engine.Calendar) (*RangeBars, error) {
	if err := checkAmount("RangeBars", "height", height); err != nil {
		return nil, err
	}
	s, err := newStream("RangeBars", calendar)
	if err != nil {
		return nil, err
	}
	return &RangeBars{s, height}, nil
}

// Add implements [Bars].
func (b *RangeBars) Add(t engine.Time, price, size float64) int {
	if b.height == 0 || !b.admit(t, price, size) {
		return b.n
	}
	b.put(t, price, size)
	if b.bar.High-b.bar.Low >= b.height*(1-1e-6) {
		b.close()
	}
	return b.n
}

// checkAmount accepts finite numbers above zero, up to MaxInput.
func checkAmount(builder, param string, value float64) error {
	if value > 0 && value <= MaxInput {
		return nil
	}
	return &ParamError{builder, param, fmt.Sprint(value), fmt.Sprintf("more than 0, up to %v", MaxInput)}
}
