package feed

import (
	"fmt"
	"io"
	"math/bits"
	"math/rand/v2"
	"time"

	"tollgate/engine"
)

// GenConfig describes a synthetic trading session.
type GenConfig struct {
	Instrument engine.InstrumentID
	Seed       uint64
	Open       engine.Time   // of the session
	Duration   time.Duration // 1 ms to 7 days
	Price      engine.Price  // best bid at the open, in ticks
	// Rate is the average number of moments per second at which something
	// happens, 1 to 1000; 0 = 4. A trade makes two events, other moments one.
	Rate int
}

const (
	defaultRate = 4
	maxRate     = 1000
	wideStay    = 3  // one gap in so many lasts until the next moment
	maxSpread   = 3  // ticks; a book so wide does nothing but close
	bookSize    = 14 // contracts that the sides of the book return to
)

// Generate writes a synthetic session to dst, which it does not close, and
// returns the best bid at its end. The same configuration makes the same events
// with every version of Go and on every machine: only integers are involved.
//
// The model is a best bid and offer, fed by a stream of moments:
//
//   - Moments come at random (exponential gaps), three times as often as usual at
//     the open, half as often at midday and again more often towards the close.
//     Every trade makes further moments likelier for a while, a trade that moves
//     the price more so: activity, and with it volatility, comes in clusters.
//   - At a moment either a market order trades, or somebody adds to or cancels
//     from a side. A trade is at the bid or at the ask and takes no more than is
//     displayed. A side that is used up moves one tick away and starts with a new
//     size; the opposite side follows, mostly at once, sometimes a moment later,
//     and until then the spread is two ticks, rarely three.
//   - Which side is hit and which is cancelled from depends on a pressure that
//     holds for half a minute to ten minutes: a trend in either direction, or a
//     range that pushes back towards where it began.
//
// It has what strategies and fill models look at. It is not a model of any real
// market: nothing that earns in it means anything.
func Generate(dst Sink, c GenConfig) (engine.Price, error) {
	if c.Rate == 0 {
		c.Rate = defaultRate
	}
	if c.Rate < 1 || c.Rate > maxRate || c.Duration < time.Millisecond || c.Duration > 7*24*time.Hour {
		return 0, fmt.Errorf("synthetic session: rate %d, duration %v: want 1 to %d and 1 ms to 7 days", c.Rate, c.Duration, maxRate)
	}
	g := &generator{
		c: c, dst: dst, rnd: rand.NewPCG(c.Seed, 0x9e3779b97f4a7c15),
		bid: side{c.Price, bookSize}, ask: side{c.Price + 1, bookSize}, end: c.Duration.Microseconds(),
	}
	return g.run()
}

type side struct {
	price engine.Price
	size  int64
}

type generator struct {
	c        GenConfig
	dst      Sink
	rnd      *rand.PCG
	at, end  int64 // microseconds since the open
	bid, ask side
	heat     int64 // extra activity in thousandths, decaying
	regime   regime
}

// regime is the pressure of a while.
type regime struct {
	until  int64 // microseconds since the open
	push   int64 // thousandths of the flow that lean upwards
	anchor engine.Price
	ranged bool
}

// shape is the activity over a session in thousandths of the average, at equal steps.
var shape = [...]int64{3000, 1700, 1300, 1100, 900, 700, 550, 480, 450, 500, 600, 750, 850, 950, 1100, 1500, 2600}

func (g *generator) run() (engine.Price, error) {
	err := g.quote()
	for err == nil {
		g.at += g.gap()
		if g.at >= g.end {
			break
		}
		g.heat -= g.heat / 48
		if g.at >= g.regime.until {
			g.regime = g.newRegime()
		}
		err = g.moment()
	}
	return g.bid.price, err
}

// below is a random number from 0 to n-1.
func (g *generator) below(n int64) int64 {
	hi, _ := bits.Mul64(g.rnd.Uint64(), uint64(n))
	return int64(hi)
}

// chance is true in so many of a thousand cases.
func (g *generator) chance(thousandths int64) bool { return g.below(1000) < thousandths }

// exponential is a random number with the given mean and about an exponential
// distribution: -log2 of a uniform one, with straight lines between the powers
// of two, whose mean is 1.5 and not 1.44.
func (g *generator) exponential(mean int64) int64 {
	u := g.rnd.Uint64() | 1
	zeros := bits.LeadingZeros64(u)
	frac := u << zeros << 1 >> 48 // 16 bits after the leading one
	log := uint64(zeros+1)<<16 - frac
	hi, lo := bits.Mul64(log, uint64(mean))
	return int64((hi<<48 | lo>>16) * 2 / 3)
}

// gap is the time to the next moment, in microseconds.
func (g *generator) gap() int64 {
	steps := int64(len(shape) - 1)
	scaled := g.at * steps // at most a week of microseconds: no overflow
	i := scaled / g.end
	part := scaled % g.end * 1000 / g.end
	activity := shape[i] + (shape[i+1]-shape[i])*part/1000
	activity = activity * (700 + g.heat) / 1000
	return 1 + g.exponential(1_000_000*1000/(int64(g.c.Rate)*max(activity, 50)))
}

func (g *generator) newRegime() regime {
	r := regime{until: g.at + 30_000_000 + g.exponential(120_000_000), anchor: g.bid.price}
	switch g.below(5) {
	case 0, 1:
		r.ranged = true
	case 2:
		r.push = 40 + g.below(120)
	case 3:
		r.push = -40 - g.below(120)
	}
	r.until = min(r.until, g.at+600_000_000)
	return r
}

// pressure is how many thousandths of the flow lean upwards now.
func (g *generator) pressure() int64 {
	p := g.regime.push
	if g.regime.ranged {
		p = 8 * int64(g.regime.anchor-g.bid.price)
	}
	return max(-200, min(200, p))
}

// moment is one thing that happens.
func (g *generator) moment() error {
	if spread := g.ask.price - g.bid.price; spread == maxSpread || spread > 1 && !g.chance(200) {
		return g.narrow()
	}
	if g.chance(170) {
		return g.trade()
	}
	return g.resize()
}

// trade hits the bid or lifts the ask.
func (g *generator) trade() error {
	hit, up := &g.bid, g.chance(500+g.pressure())
	if up {
		hit = &g.ask
	}
	n := 1 + g.exponential(4)
	if g.chance(40) {
		n *= 8 // somebody large
	}
	n = min(n, hit.size)
	q := g.event()
	q.Kind, q.Last, q.LastSize = engine.TradePrint, hit.price, engine.Qty(n)
	if err := g.dst.Write(&q); err != nil {
		return err
	}
	g.heat = min(g.heat+25, 4000)
	hit.size -= n
	if hit.size == 0 {
		return g.usedUp(up)
	}
	return g.quote()
}

// resize adds to or cancels from a side.
func (g *generator) resize() error {
	up := g.chance(500 + g.pressure())
	s, other := &g.ask, &g.bid
	if g.chance(500) {
		s, other = other, s
		up = !up
	}
	// up now says that this side shrinks: the ask when the pressure is upwards.
	n := 1 + g.exponential(3)
	if grow := g.chance(500 + max(-300, min(300, 8*(bookSize-s.size)))); grow != up || !grow && s.size <= n {
		s.size += n
		return g.quote()
	}
	if n >= s.size {
		if !g.chance(400) {
			s.size = 1
			return g.quote()
		}
		return g.usedUp(s == &g.ask)
	}
	s.size -= n
	return g.quote()
}

// usedUp moves a side away by a tick; the other side follows, mostly at once.
func (g *generator) usedUp(ask bool) error {
	g.heat = min(g.heat+120, 4000)
	gone, step := &g.bid, engine.Price(-1)
	if ask {
		gone, step = &g.ask, 1
	}
	*gone = side{gone.price + step, g.newSize()}
	if err := g.quote(); err != nil || g.below(wideStay) == 0 {
		return err
	}
	if at := g.at + 1 + g.exponential(400); at < g.end {
		g.at = at
		return g.follow(!ask)
	}
	return nil
}

// narrow closes a wide spread from the side the pressure favours.
func (g *generator) narrow() error { return g.follow(!g.chance(500 + g.pressure())) }

// follow moves a side, the ask or the bid, one tick inwards.
func (g *generator) follow(ask bool) error {
	if g.ask.price-g.bid.price <= 1 {
		return nil
	}
	if ask {
		g.ask = side{g.ask.price - 1, 1 + g.newSize()/4}
	} else {
		g.bid = side{g.bid.price + 1, 1 + g.newSize()/4}
	}
	return g.quote()
}

func (g *generator) newSize() int64 { return bookSize/2 + g.exponential(bookSize/2) }

func (g *generator) event() engine.Quote {
	return engine.Quote{
		At: g.c.Open + engine.Time(g.at)*1000, Instrument: g.c.Instrument,
		Bid: g.bid.price, BidSize: engine.Qty(g.bid.size), Ask: g.ask.price, AskSize: engine.Qty(g.ask.size),
		Last: engine.NoPrice, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	}
}

func (g *generator) quote() error {
	q := g.event()
	return g.dst.Write(&q)
}

// The bundled sample: two sessions of the index future from 09:30 to 16:00 New
// York, on days on which it traded.
const (
	// SampleKey is the instrument of the sample.
	SampleKey = "ES 03-25"
	// SampleSeed is its seed.
	SampleSeed = 20250303
)

var sampleDays = []time.Time{
	time.Date(2025, 3, 3, 14, 30, 0, 0, time.UTC),
	time.Date(2025, 3, 4, 14, 30, 0, 0, time.UTC),
}

// GenerateSample writes the events of the bundled sample, of the given instrument.
func GenerateSample(dst Sink, id engine.InstrumentID) error {
	price := engine.Price(5900 * 4)
	for i, day := range sampleDays {
		var err error
		price, err = Generate(dst, GenConfig{
			Instrument: id, Seed: SampleSeed + uint64(i), Open: engine.TimeOf(day),
			Duration: 6*time.Hour + 30*time.Minute, Price: price,
		})
		if err != nil {
			return err
		}
		price += 7 // overnight
	}
	return nil
}

// WriteSample writes the bundled sample as a recording. The events are always
// the same; the bytes depend on the version of the compressor.
func WriteSample(w io.Writer, u *engine.Universe, id engine.InstrumentID) error {
	out := NewWriter(w, WriterConfig{Universe: u})
	if err := GenerateSample(out, id); err != nil {
		return err
	}
	return out.Close()
}
