package feed

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
)

// checked is a sink that holds the generator to its promises.
type checked struct {
	list []engine.Quote
	end  engine.Time
}

func (c *checked) Write(q *engine.Quote) error {
	prev := engine.Quote{Bid: q.Bid, Ask: q.Ask, At: q.At}
	if n := len(c.list); n > 0 {
		prev = c.list[n-1]
	}
	switch {
	case q.At < prev.At || q.At >= c.end:
		return fmt.Errorf("time: %v after %v, end %v", q.At, prev.At, c.end)
	case q.Bid >= q.Ask || q.Ask-q.Bid > maxSpread:
		return fmt.Errorf("spread: %+v", q)
	case q.BidSize <= 0 || q.AskSize <= 0:
		return fmt.Errorf("size: %+v", q)
	case q.Kind == engine.TradePrint && (q.Last != q.Bid && q.Last != q.Ask || q.LastSize <= 0):
		return fmt.Errorf("trade: %+v", q)
	case q.Kind == engine.TradePrint && (q.Bid != prev.Bid || q.Ask != prev.Ask || q.BidSize != prev.BidSize || q.AskSize != prev.AskSize):
		return fmt.Errorf("the trade %+v did not meet the book of %+v", q, prev)
	case q.Kind == engine.TradePrint && (q.Last == q.Bid && q.LastSize > q.BidSize || q.Last == q.Ask && q.LastSize > q.AskSize):
		return fmt.Errorf("more traded than displayed: %+v", q)
	case prev.Kind == engine.TradePrint && !consumed(&prev, q):
		return fmt.Errorf("%+v did not consume of %+v", q, prev)
	}
	c.list = append(c.list, *q)
	return nil
}

func (c *checked) Flush() error { return nil }
func (c *checked) Close() error { return nil }

// consumed reports whether the quote after a trade lacks what was traded.
func consumed(trade, q *engine.Quote) bool {
	if q.Kind != engine.QuoteChange || q.At != trade.At {
		return false
	}
	if trade.Last == trade.Bid {
		left := trade.BidSize - trade.LastSize
		return left > 0 && q.Bid == trade.Bid && q.BidSize == left || left == 0 && q.Bid == trade.Bid-1
	}
	left := trade.AskSize - trade.LastSize
	return left > 0 && q.Ask == trade.Ask && q.AskSize == left || left == 0 && q.Ask == trade.Ask+1
}

func TestGenerateProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := GenConfig{
			Seed: rapid.Uint64().Draw(t, "seed"), Open: engine.Time(rapid.Int64Range(0, 1e18).Draw(t, "open")),
			Duration: time.Duration(rapid.Int64Range(1e6, 600e9).Draw(t, "duration")),
			Price:    engine.Price(rapid.Int64Range(-10, 1e6).Draw(t, "price")), Rate: rapid.IntRange(1, 30).Draw(t, "rate"),
		}
		sink := &checked{end: c.Open.Add(c.Duration)}
		last, err := Generate(sink, c)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(sink.list); n == 0 || sink.list[n-1].Bid != last || sink.list[0].At != c.Open {
			t.Fatalf("%d events, last bid %d", n, last)
		}
		again := &checked{end: sink.end}
		if _, err := Generate(again, c); err != nil {
			t.Fatal(err)
		}
		sameEvents(t, again.list, sink.list)
	})
}

func TestGenerateRefuses(t *testing.T) {
	for _, c := range []GenConfig{{}, {Duration: time.Hour, Rate: -1}, {Duration: time.Hour, Rate: maxRate + 1}, {Duration: -1}, {Duration: time.Millisecond - 1}, {Duration: 7*24*time.Hour + 1}} {
		if _, err := Generate(&checked{}, c); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}

func sample(t *testing.T) (*engine.Universe, engine.InstrumentID) {
	u := engine.NewUniverse()
	key, spec, err := resolve(SampleKey)
	if err != nil {
		t.Fatal(err)
	}
	id, err := u.Add(key, spec)
	if err != nil {
		t.Fatal(err)
	}
	return u, id
}

// The sample is the same events for ever: results quoted for it stay true.
func TestSampleHash(t *testing.T) {
	u, id := sample(t)
	h := sha256.New()
	w, err := NewCSVWriter(h, u)
	if err != nil {
		t.Fatal(err)
	}
	if err := GenerateSample(w, id); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	const want = "43a4538ee9f3c2c574e9ed82963ee3bc5299f1211c7f94192e45f401ea594d82"
	if got := fmt.Sprintf("%x", h.Sum(nil)); got != want {
		t.Errorf("the sample changed: %s, want %s", got, want)
	}
}

// The sample looks like sessions: small, busy at the open and the close, mostly a
// tick wide, neither still nor wild, and with clusters of activity.
func TestSampleShape(t *testing.T) {
	u, id := sample(t)
	var out bytes.Buffer
	if err := WriteSample(&out, u, id); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 2_000_000 {
		t.Errorf("%d bytes", out.Len())
	}
	list, err := mustOpenAll(t, out.Bytes(), options())
	if err != nil {
		t.Fatal(err)
	}
	var half [13]int // of the first session, in half hours
	var wide, low, high int
	for i, q := range list {
		if h := q.At.Sub(engine.TimeOf(sampleDays[0])) / (30 * time.Minute); h < 13 {
			half[h]++
			if i == 0 {
				low, high = int(q.Bid), int(q.Bid)
			}
			low, high = min(low, int(q.Bid)), max(high, int(q.Bid))
		}
		if q.Ask-q.Bid > 1 {
			wide++
		}
	}
	noon := half[6]
	if half[0] < 3*noon || half[12] < 2*noon {
		t.Errorf("events by half hour: %v", half)
	}
	if part := wide * 1000 / len(list); part < 5 || part > 100 {
		t.Errorf("%d of %d events are wider than a tick", wide, len(list))
	}
	if high-low < 60 || high-low > 800 {
		t.Errorf("the first session spans %d ticks", high-low)
	}
}

// Activity comes in clusters: the number of events in a minute varies more than
// that of independent ones would.
func TestGenerateClusters(t *testing.T) {
	sink := &checked{end: engine.Time(4 * time.Hour)}
	if _, err := Generate(sink, GenConfig{Seed: 1, Duration: 4 * time.Hour, Price: 1000}); err != nil {
		t.Fatal(err)
	}
	var minutes [240]int
	for _, q := range sink.list {
		if q.Kind == engine.QuoteChange {
			minutes[q.At/60e9]++
		}
	}
	// Within two hours around midday, where the shape is flat.
	sum, squares := 0, 0
	for _, n := range minutes[100:160] {
		sum += n
		squares += n * n
	}
	mean := sum / 60
	if variance := squares/60 - mean*mean; variance < 2*mean {
		t.Errorf("mean %d, variance %d", mean, variance)
	}
}
