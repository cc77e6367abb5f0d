package sim

import (
	"time"

	"tollgate/engine"
)

// chart gathers candles. When there are MaxPoints of them the interval doubles.
type chart struct {
	Chart
	until engine.Time // the newest candle's end
	last  engine.Price
}

func newChart(id engine.InstrumentID) chart {
	return chart{Chart: Chart{Instrument: id, Width: firstWidth}, until: engine.NoTime, last: engine.NoPrice}
}

func (c *chart) add(at engine.Time, top *engine.Top) {
	p := top.Last
	if p == engine.NoPrice {
		if !top.TwoSided() {
			return
		}
		p = (top.Bid + top.Ask) >> 1
	}
	if at >= c.until && len(c.Candles) == MaxPoints {
		c.thin() // which makes the newest candle longer
	}
	if at < c.until {
		if p != c.last {
			k := &c.Candles[len(c.Candles)-1]
			k.High, k.Low, k.Close = max(k.High, p), min(k.Low, p), p
			c.last = p
		}
		return
	}
	width := engine.Time(c.Width)
	begin := at - mod(at, width)
	c.until, c.last = begin+width, p
	c.Candles = append(c.Candles, Candle{At: begin, Open: p, High: p, Low: p, Close: p})
}

// thin doubles the interval until the chart is at most half full.
func (c *chart) thin() {
	for len(c.Candles) > MaxPoints/2 {
		c.Width *= 2
		width := engine.Time(c.Width)
		kept := c.Candles[:0]
		for _, k := range c.Candles {
			k.At -= mod(k.At, width)
			if n := len(kept); n > 0 && kept[n-1].At == k.At {
				last := &kept[n-1]
				last.High, last.Low, last.Close = max(last.High, k.High), min(last.Low, k.Low), k.Close
				continue
			}
			kept = append(kept, k)
		}
		c.Candles = kept
	}
	c.until = c.Candles[len(c.Candles)-1].At + engine.Time(c.Width)
}

func (c *chart) done() Chart { return c.Chart }

// mod is the remainder that is never negative.
func mod(a, b engine.Time) engine.Time {
	m := a % b
	if m < 0 {
		m += b
	}
	return m
}

// curve gathers the equity at the end of intervals; an interval in which equity
// stood still leaves no point, except the first and the last.
type curve struct {
	list  []EquityPoint
	width time.Duration
	until engine.Time
	last  EquityPoint
	any   bool
}

func (c *curve) add(p EquityPoint) {
	if !c.any {
		*c = curve{list: append(c.list, p), width: firstWidth, until: engine.NoTime, last: p, any: true}
		return
	}
	if p.Equity == c.last.Equity {
		c.last.At = p.At
		return
	}
	if p.At >= c.until && len(c.list) >= MaxPoints-1 {
		c.thin()
	}
	if n := len(c.list); p.At < c.until || p.At == c.list[n-1].At {
		c.list[n-1] = p
	} else {
		c.until = p.At - mod(p.At, engine.Time(c.width)) + engine.Time(c.width)
		c.list = append(c.list, p)
	}
	c.last = p
}

// thin keeps the newest point of each of ever longer intervals until the curve is
// at most half full.
func (c *curve) thin() {
	for len(c.list) > MaxPoints/2 {
		c.width *= 2
		width := engine.Time(c.width)
		kept := c.list[:1]
		for i := 1; i < len(c.list); i++ {
			p := c.list[i]
			if n := len(kept); n > 1 && p.At-mod(p.At, width) == kept[n-1].At-mod(kept[n-1].At, width) {
				kept[n-1] = p
				continue
			}
			kept = append(kept, p)
		}
		c.list = kept
	}
	newest := c.list[len(c.list)-1].At
	c.until = newest - mod(newest, engine.Time(c.width)) + engine.Time(c.width)
}

// points is the curve with its last point where the run ended.
func (c *curve) points() []EquityPoint {
	if n := len(c.list); n > 0 && c.list[n-1].At < c.last.At {
		return append(c.list[:n:n], c.last)
	}
	return c.list
}
