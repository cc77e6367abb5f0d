package feed

import (
	"errors"
	"io"
	"time"

	"tollgate/engine"
)

// Stats describes a recording.
type Stats struct {
	Events      int64
	First, Last engine.Time // NoTime when there are no events
	Instruments []InstrumentStats
	Tally       Tally // what the reader left out
}

// InstrumentStats describes one instrument of a recording. The book of an
// instrument at a moment is that of engine.Top.
type InstrumentStats struct {
	Instrument  engine.InstrumentID
	Key         string
	Quotes      int64 // events of kind QuoteChange
	Trades      int64 // events of kind TradePrint
	First, Last engine.Time
	Crossed     int64 // quotes with the bid above the ask
	Locked      int64 // quotes with bid and ask equal
	OneSided    int64 // quotes with at most one side
	Hollow      int64 // quotes with a price and a size of 0 at it
	Outside     int64 // trades below the bid or above the ask of the last quote before them
	Unsized     int64 // trades without a size
	Volume      engine.Qty
	// Low and High are those of the trades, NoPrice without any.
	Low, High engine.Price
	// LongestGap is the longest time without an event, and GapAt when it began.
	LongestGap time.Duration
	GapAt      engine.Time
}

// Collector counts events into Stats. Instruments are listed in the order in
// which they first appear.
type Collector struct {
	u     *engine.Universe
	stats Stats
	index []int // by InstrumentID: 1 + index into stats.Instruments
	tops  []engine.Top
}

// NewCollector returns an empty Collector for the instruments of u.
func NewCollector(u *engine.Universe) *Collector {
	return &Collector{u: u, stats: Stats{First: engine.NoTime, Last: engine.NoTime}}
}

// Add counts one event.
func (c *Collector) Add(q *engine.Quote) {
	i := c.slot(q)
	s, top := &c.stats.Instruments[i], &c.tops[i]
	if c.stats.Events == 0 {
		c.stats.First = q.At
	}
	c.stats.Events++
	c.stats.Last = q.At
	if gap := q.At.Sub(s.Last); gap > s.LongestGap {
		s.LongestGap, s.GapAt = gap, s.Last
	}
	s.Last = q.At
	if q.Kind == engine.TradePrint {
		s.trade(q, top)
		return
	}
	s.Quotes++
	top.Apply(q)
	if top.Hollow() {
		s.Hollow++
	}
	switch {
	case top.Crossed():
		s.Crossed++
	case top.Locked():
		s.Locked++
	case !top.TwoSided():
		s.OneSided++
	}
}

// trade counts a trade against the last quote.
func (s *InstrumentStats) trade(q *engine.Quote, top *engine.Top) {
	s.Trades++
	if top.Bid != engine.NoPrice && q.Last < top.Bid || top.Ask != engine.NoPrice && q.Last > top.Ask {
		s.Outside++
	}
	if q.LastSize == engine.UnknownQty {
		s.Unsized++
	} else {
		s.Volume += q.LastSize
	}
	if s.Low == engine.NoPrice || q.Last < s.Low {
		s.Low = q.Last
	}
	if s.High == engine.NoPrice || q.Last > s.High {
		s.High = q.Last
	}
}

func (c *Collector) slot(q *engine.Quote) int {
	for len(c.index) <= int(q.Instrument) {
		c.index = append(c.index, 0)
	}
	if i := c.index[q.Instrument]; i > 0 {
		return i - 1
	}
	c.stats.Instruments = append(c.stats.Instruments, InstrumentStats{
		Instrument: q.Instrument, Key: c.u.Get(q.Instrument).Key, First: q.At, Last: q.At,
		Low: engine.NoPrice, High: engine.NoPrice, GapAt: engine.NoTime,
	})
	c.tops = append(c.tops, engine.NewTop())
	c.index[q.Instrument] = len(c.tops)
	return len(c.tops) - 1
}

// Stats returns what was counted so far. The Tally is empty.
func (c *Collector) Stats() Stats { return c.stats }

// Info reads a source to its end and describes it. With an error it describes
// what came before.
func Info(src Source, u *engine.Universe) (Stats, error) {
	c := NewCollector(u)
	var q engine.Quote
	for {
		err := src.Next(&q)
		if err == nil {
			c.Add(&q)
			continue
		}
		s := c.Stats()
		s.Tally = TallyOf(src)
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return s, err
	}
}

// Copy writes all events of src to dst and returns how many. It closes neither.
func Copy(dst Sink, src Source) (int64, error) {
	var q engine.Quote
	for n := int64(0); ; n++ {
		if err := src.Next(&q); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return n, err
		}
		if err := dst.Write(&q); err != nil {
			return n, err
		}
	}
}

// Cut writes the events of src with from <= t < to (0 = unbounded) and of the
// given instruments (none = all) to dst and returns how many. It closes neither.
// Options.From, To and Instruments do the same while reading, and faster.
func Cut(dst Sink, src Source, from, to engine.Time, keep ...engine.InstrumentID) (int64, error) {
	wanted := map[engine.InstrumentID]bool{}
	for _, id := range keep {
		wanted[id] = true
	}
	var q engine.Quote
	for n := int64(0); ; {
		err := src.Next(&q)
		if errors.Is(err, io.EOF) || err == nil && to != 0 && q.At >= to {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if from != 0 && q.At < from || len(wanted) > 0 && !wanted[q.Instrument] {
			continue
		}
		if err := dst.Write(&q); err != nil {
			return n, err
		}
		n++
	}
}
