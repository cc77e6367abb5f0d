package tune

import (
	"fmt"
	"math"
	"strconv"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/strategies"
)

// Number is a statistic; NaN where a run does not support it. In JSON it is null then.
type Number float64

// Known reports whether there is a number at all.
func (n Number) Known() bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

// MarshalJSON implements json.Marshaler, in the shortest form that reads back exactly.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Known() {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(n), 'g', -1, 64), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *Number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	x, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return fmt.Errorf("%s is neither a number nor null", text)
	}
	*n = Number(x)
	return nil
}

// Moments describe a series of returns.
type Moments struct {
	N    int    `json:"n"`
	Mean Number `json:"mean"`
	SD   Number `json:"sd"`   // sample standard deviation
	Skew Number `json:"skew"` // third standardised moment; 0 for a normal distribution
	Kurt Number `json:"kurt"` // fourth standardised moment, not in excess; 3 for a normal distribution
}

// MomentsOf needs two values that differ; otherwise all but N and Mean are NaN.
func MomentsOf(x []float64) Moments {
	nan := Number(math.NaN())
	m := Moments{len(x), nan, nan, nan, nan}
	if len(x) == 0 {
		return m
	}
	n := float64(len(x))
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	mean := sum / n
	m.Mean = Number(mean)
	var m2, m3, m4 float64
	for _, v := range x {
		d := v - mean
		m2, m3, m4 = m2+d*d, m3+d*d*d, m4+d*d*d*d
	}
	if len(x) < 2 || m2 == 0 {
		return m
	}
	m.SD = Number(math.Sqrt(m2 / (n - 1)))
	m2, m3, m4 = m2/n, m3/n, m4/n
	m.Skew, m.Kurt = Number(m3/math.Pow(m2, 1.5)), Number(m4/(m2*m2))
	return m
}

// Sharpe is mean over standard deviation, of one period and not annualised.
func (m *Moments) Sharpe() float64 {
	if m.SD == 0 {
		return math.NaN()
	}
	return float64(m.Mean / m.SD)
}

// Figures are what is kept of one run.
type Figures struct {
	Events       int64        `json:"events"`
	Sessions     int          `json:"sessions"`
	Trips        int          `json:"round_trips"`
	Start        engine.Money `json:"start_e8"` // equity; Money in units of 1e-8
	Net          engine.Money `json:"net_e8"`
	Fees         engine.Money `json:"fees_e8"`
	MaxDrawdown  engine.Money `json:"max_drawdown_e8"` // >= 0
	WinRate      Number       `json:"win_rate"`
	ProfitFactor Number       `json:"profit_factor"`
	Expectancy   Number       `json:"expectancy"`
	Sharpe       Number       `json:"sharpe"`  // annualised, see sim.Stats
	Sortino      Number       `json:"sortino"` // annualised
	Daily        Moments      `json:"daily"`   // of the sessions' profits
	Trade        Moments      `json:"trade"`   // of the round trips' net profits
	Halted       string       `json:"halted,omitempty"`
	Hash         string       `json:"decisions_hash"`
}

// FiguresOf takes the figures of a result.
func FiguresOf(r *sim.Result) Figures {
	s := r.Stats()
	f := Figures{
		Events: r.Events, Sessions: len(r.Sessions), Trips: s.Trips,
		Start: r.Start.Equity, Net: r.Net(), Fees: r.Fees, MaxDrawdown: r.MaxDrawdown,
		WinRate: Number(s.WinRate), ProfitFactor: Number(s.ProfitFactor), Expectancy: Number(s.Expectancy),
		Sharpe: Number(s.Sharpe), Sortino: Number(s.Sortino), Hash: r.Hash.String(),
	}
	daily, trade := make([]float64, len(r.Sessions)), make([]float64, len(r.Trips))
	for i, s := range r.Sessions {
		daily[i] = (s.End - s.Start).Float()
	}
	for i := range r.Trips {
		trade[i] = r.Trips[i].Net().Float()
	}
	f.Daily, f.Trade = MomentsOf(daily), MomentsOf(trade)
	for _, h := range r.Halts {
		if f.Halted == "" && !strategies.StoppedItself(h.Text) { // to stop by its own rule is no fault
			f.Halted = h.Text
		}
	}
	return f
}
