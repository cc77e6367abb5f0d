package worker

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/engine"
	"tollgate/risk"
	"tollgate/sim/venue"
)

// house is a gateway with a real Desk and a venue that fills, on a bus that loses
// messages both ways. The lock of the rig's feed guards it.
type house struct {
	r     *rig
	rng   *rand.Rand
	desk  *engine.Desk
	venue *venue.Venue
	loss  int // of a hundred messages
}

func newHouse(r *rig, seed uint64) *house {
	h := &house{r: r, rng: rand.New(rand.NewPCG(seed, 3))}
	h.desk = engine.NewDesk(engine.DeskConfig{
		Universe: r.cfg.Universe, Cash: engine.Dollars(1_000_000),
		Gate: risk.New(risk.Limits{MaxPosition: risk.ByInstrument{"ES": 50}, MaxOrder: risk.ByInstrument{"ES": 5}, MaxWorking: 20},
			risk.BudgetConfig{Rate: 1000, Burst: 1000}),
	})
	h.venue = venue.New(r.cfg.Universe, venue.Config{Fill: venue.Touch})
	for i := range r.cfg.Scripts[0].Instances {
		h.desk.Join(engine.Member{Name: "s", Instrument: r.cfg.Scripts[0].Instances[i].Instrument})
	}
	h.step(&engine.LinkChange{At: clock(), State: engine.LinkUp})
	r.cfg.Bus = h
	return h
}

func (h *house) loses() bool { return h.rng.IntN(100) < h.loss }

// lose sets how much is lost from now on.
func (h *house) lose(percent int) {
	h.r.feeding.Lock()
	defer h.r.feeding.Unlock()
	h.loss = percent
}

// Publish takes what the worker publishes, or loses it.
func (h *house) Publish(subject string, data []byte) error {
	if !strings.Contains(subject, ".intents.") {
		return h.r.Publish(subject, data)
	}
	h.r.feeding.Lock()
	defer h.r.feeding.Unlock()
	if h.loses() {
		return nil
	}
	e, err := engine.ParseEvent(data[8:])
	if err != nil {
		return err
	}
	switch e := e.(type) {
	case *engine.Intent:
		e.At = clock()
	case *engine.Resync:
		e.At = clock()
	}
	h.step(e)
	return nil
}

// market makes a market event happen.
func (h *house) market(in engine.InstrumentID, bid engine.Price) {
	h.r.feeding.Lock()
	defer h.r.feeding.Unlock()
	q := &engine.Quote{
		At: clock(), Instrument: in, Bid: bid, Ask: bid + 1, Last: engine.NoPrice,
		BidSize: 50, AskSize: 50, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	}
	h.reports(h.venue.Quote(q))
	h.step(q)
}

func (h *house) reports(list []engine.Report) {
	for _, x := range append([]engine.Report(nil), list...) {
		x.At = clock()
		h.step(&x)
	}
}

// step steps the Desk and carries out what it commands.
func (h *house) step(e engine.Event) {
	var requests []engine.Request
	for _, c := range h.desk.Step(e) {
		switch c := c.(type) {
		case *engine.Publish:
			h.tell(c.Quote)
		case *engine.Update:
			h.tell(c)
		case *engine.Snapshot:
			h.tell(c)
		case *engine.Send:
			r, err := c.Request()
			if err != nil {
				h.r.t.Error(err)
			}
			requests = append(requests, r)
		}
	}
	for _, r := range requests {
		switch r.Kind {
		case engine.PlaceOrder:
			h.reports(h.venue.Place(clock(), r.Order, r.Terms))
		case engine.ChangeOrder:
			h.reports(h.venue.Change(clock(), r.Order, r.Terms.Qty, r.Terms.Limit, r.Terms.Stop))
		case engine.CancelOrder:
			h.reports(h.venue.Cancel(clock(), r.Order))
		}
	}
}

// tell publishes an event to the worker; the feed may lose it.
func (h *house) tell(e engine.Event) { _ = h.r.stream.Publish(engine.AppendEvent(nil, e)) }

// state is what the Desk says of an instance, and how many intents it has taken.
func (h *house) state(id engine.StrategyID) (text string, taken uint64) {
	h.r.feeding.Lock()
	defer h.r.feeding.Unlock()
	for _, c := range h.desk.Step(&engine.Resync{At: clock(), Strategy: id}) {
		if s, ok := c.(*engine.Snapshot); ok {
			return fmt.Sprintf("%d: position %d, working %d", id, s.Holding.Position, len(s.Orders)), s.Intents
		}
	}
	return "unknown", 0
}

const busy = `package busy

import "tollgate/strategies"

var n int

func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
	ctx.Logf("position %d, working %d", ctx.Position, ctx.Working)
	n++
	switch n % 7 {
	case 0, 3:
		ctx.Buy(1)
	case 1:
		ctx.Sell(2)
	case 2:
		ctx.BuyLimit(1, q.Bid-1)
	case 4:
		ctx.CancelAll()
	case 5:
		ctx.SellLimit(1, q.Ask+1)
	}
}
`

// TestBeliefAfterLosses: whatever is lost between a worker and its Desk, both ways,
// when the losses end the script sees the Desk's position and orders, and what it
// wants is taken.
func TestBeliefAfterLosses(t *testing.T) {
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, busy, 2)
			h := newHouse(r, seed)
			r.loses = h.loses
			r.start()
			h.lose(5)
			chance := rand.New(rand.NewPCG(seed, 4))
			for range 200 {
				h.market(engine.InstrumentID(chance.IntN(2)), engine.Price(4000+chance.IntN(20)))
				if chance.IntN(3) == 0 {
					r.pass(time.Duration(chance.IntN(400)) * time.Millisecond)
				}
			}
			r.settle()
			h.lose(0)
			for range 8 {
				h.market(0, 4000)
				h.market(1, 4000)
				r.pass(600 * time.Millisecond)
			}
			for id := range engine.StrategyID(2) {
				want, taken := h.state(id)
				r.heard()
				h.market(engine.InstrumentID(id), 4000)
				if got := r.heard(); got != want {
					t.Fatalf("seed %d: the script says %q, the Desk %q", seed, got, want)
				}
				for range 6 {
					h.market(engine.InstrumentID(id), 4000)
				}
				r.settle()
				if _, now := h.state(id); now != taken+6 { // of seven quotes one makes it want nothing
					t.Fatalf("seed %d: of six intents of strategy %d the Desk has taken %d", seed, id, now-taken)
				}
			}
			if err := r.stop(); err != nil {
				t.Fatal(err)
			}
			replay, _, err := r.replay()
			if err != nil || replay.Hash() != r.w.runner.Hash() {
				t.Fatalf("seed %d: digest %x, was %x: %v", seed, replay.Hash(), r.w.runner.Hash(), err)
			}
		})
	}
}
