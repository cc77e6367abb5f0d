package engine_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"tollgate/engine"
	"tollgate/risk"
)

const maxPosition = 4

// storm is a Desk with the real gate in random weather: strategies that want
// anything, and a venue that does anything a venue may do.
type storm struct {
	strategies int
	desk       *engine.Desk
	now        engine.Time
	orders     []*resting // at the venue, open
	flight     []engine.Request
	timers     map[uint64]engine.Time
	seq        [2]uint64
	updates    [2]uint64
	refs       [2]engine.Ref
	fills      [2]engine.Qty
	sends      int
	groups     map[engine.OCO]*group
}

// group is an OCO group at the venue: what it filled, and whether it is over.
type group struct {
	filled engine.Qty
	ended  bool
}

type resting struct {
	id     engine.OrderID
	terms  engine.Terms
	filled engine.Qty
}

func newStorm(gate engine.Gate, strategies int) *storm {
	u := engine.NewUniverse()
	for _, key := range []string{"X 12-26", "X 3-27"} {
		if _, err := u.Add(key, engine.Spec{Root: "X", Tick: engine.NanoScale / 4, PointValue: decimal.NewFromInt(50)}); err != nil {
			panic(err)
		}
	}
	s := &storm{strategies: strategies, timers: map[uint64]engine.Time{}, groups: map[engine.OCO]*group{}}
	s.desk = engine.NewDesk(engine.DeskConfig{Universe: u, Gate: gate, Cash: engine.Dollars(100_000)})
	s.desk.TellPnL(time.Second)
	for range strategies {
		s.desk.Join(engine.Member{Name: "s", Instrument: 0})
	}
	return s
}

func realGate() engine.Gate {
	return risk.New(risk.Limits{
		MaxPosition: risk.ByInstrument{"X": maxPosition}, MaxOrder: risk.ByInstrument{"X": 3}, MaxWorking: 12,
		DailyLoss: engine.Dollars(50_000),
	}, risk.BudgetConfig{Rate: 3, Burst: 8, Reserve: 3})
}

// step steps the Desk and checks what it does.
func (s *storm) step(t *rapid.T, e engine.Event) {
	for _, c := range s.desk.Step(e) {
		switch c := c.(type) {
		case *engine.Send:
			r, err := c.Request()
			if err != nil {
				t.Fatalf("sent without a permit: %v", err)
			}
			s.sends++
			s.flight = append(s.flight, r)
		case *engine.Update:
			s.updates[c.Strategy]++
			if c.Seq != s.updates[c.Strategy] {
				t.Fatalf("update %d of strategy %d came as number %d", s.updates[c.Strategy], c.Strategy, c.Seq)
			}
			s.fills[c.Strategy] += c.Fill.Qty * engine.Qty(c.Order.Terms.Side)
			if c.Holding.Position != s.fills[c.Strategy] {
				t.Fatalf("holds %d after fills of %d", c.Holding.Position, s.fills[c.Strategy])
			}
		case *engine.SetTimer:
			if c.At < s.now {
				t.Fatalf("timer %d is set for the past", c.ID)
			}
			s.timers[c.ID] = c.At
		}
	}
	s.limits(t)
	if len(s.timers) > 2 {
		t.Fatalf("%d timers are pending", len(s.timers))
	}
	s.check(t)
}

// limits: nothing that happens at this venue, which never fills an order that has
// ended, may take the account past its limit. With several strategies one of them
// may: flattening always passes, and what flattens it can be what grows the account.
func (s *storm) limits(t *rapid.T) {
	book := s.desk.Book()
	if held := book.Held(0); s.strategies == 1 && held.Abs() > maxPosition {
		t.Fatalf("the account holds %d, the limit is %d", held, maxPosition)
	}
}

func (s *storm) check(t *rapid.T) {
	book, held, open := s.desk.Book(), engine.Qty(0), 0
	for id := range engine.StrategyID(s.strategies) {
		held += s.desk.Holding(id).Position
	}
	for id := range engine.InstrumentID(book.Instruments()) {
		for _, o := range book.Open(id) {
			open++
			if o.State.Terminal() || o.Leaves() < 0 {
				t.Fatalf("order %d is %v with %d open, and in the book", o.ID, o.State, o.Leaves())
			}
		}
	}
	if held != book.Held(0) {
		t.Fatalf("strategies hold %d, the account %d", held, book.Held(0))
	}
	if book.OpenOrders() < open {
		t.Fatalf("%d orders are open, %d counted", open, book.OpenOrders())
	}
}

func (s *storm) quote(t *rapid.T) {
	s.now += engine.Time(rapid.Int64Range(0, int64(time.Second)).Draw(t, "pause"))
	for id := uint64(1); id < 1_000_000 && len(s.timers) > 0; id++ { // due timers, by number
		at, set := s.timers[id]
		if set && at <= s.now {
			delete(s.timers, id)
			s.step(t, &engine.TimerFired{At: s.now, ID: id})
		}
		if id > uint64(s.sends*4+1000) {
			break
		}
	}
	bid := engine.Price(rapid.Int64Range(90, 110).Draw(t, "bid"))
	s.step(t, &engine.Quote{
		At: s.now, Instrument: engine.InstrumentID(rapid.IntRange(0, 2).Draw(t, "instrument")), // 2 is nobody's
		Bid: bid, Ask: bid + 1, Last: engine.NoPrice, BidSize: 1, AskSize: 1, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	})
}

func (s *storm) intent(t *rapid.T) {
	who := rapid.IntRange(0, s.strategies-1).Draw(t, "strategy")
	s.seq[who]++
	i := &engine.Intent{
		At: s.now, Strategy: engine.StrategyID(who), Seq: s.seq[who], StopLoss: engine.NoPrice, Target: engine.NoPrice,
		Kind:  rapid.SampledFrom([]engine.IntentKind{0, 0, 0, 0, 1, 1, 2, 3, 4}).Draw(t, "intent"),
		Terms: engine.Terms{Limit: engine.NoPrice, Stop: engine.NoPrice},
	}
	price := func(what string) engine.Price { return engine.Price(rapid.Int64Range(90, 110).Draw(t, what)) }
	switch i.Kind {
	case engine.Submit:
		s.refs[who] += 3
		i.Ref = s.refs[who]
		i.Terms.Side = rapid.SampledFrom([]engine.Side{engine.Buy, engine.Sell}).Draw(t, "side")
		i.Terms.Qty = engine.Qty(rapid.Int64Range(0, 4).Draw(t, "qty"))
		if rapid.Bool().Draw(t, "limit?") {
			i.Terms.Type, i.Terms.Limit = engine.Limit, price("limit")
		}
		if rapid.Bool().Draw(t, "bracket?") {
			i.StopLoss = 100 - engine.Price(i.Terms.Side)*20
			i.Target = 100 + engine.Price(i.Terms.Side)*20
		}
	case engine.Amend, engine.Withdraw:
		i.Ref = engine.Ref(rapid.Uint64Range(0, uint64(s.refs[who])+3).Draw(t, "ref"))
		i.Terms.Qty = engine.Qty(rapid.Int64Range(0, 6).Draw(t, "qty"))
	}
	s.step(t, i)
}

// venue takes the oldest request, or does something to an order at rest.
func (s *storm) venue(t *rapid.T) {
	if len(s.flight) > 0 && rapid.Bool().Draw(t, "request") {
		r := s.flight[0]
		s.flight = s.flight[1:]
		s.request(t, &r)
		return
	}
	if len(s.orders) > 0 {
		o := rapid.SampledFrom(s.orders).Draw(t, "order")
		if rapid.IntRange(0, 9).Draw(t, "fate") == 0 {
			s.end(t, o, engine.Cancelled)
			return
		}
		s.fill(t, o)
	}
}

func (s *storm) report(t *rapid.T, r engine.Report) {
	r.At = s.now
	s.step(t, &r)
}

func (s *storm) request(t *rapid.T, r *engine.Request) {
	var o *resting
	for _, x := range s.orders {
		if x.id == r.Order {
			o = x
		}
	}
	switch {
	case r.Kind == engine.PlaceOrder:
		s.place(t, r)
	case r.Kind == engine.ChangeOrder && o != nil && r.Terms.Qty > o.filled:
		o.terms.Qty, o.terms.Limit, o.terms.Stop = r.Terms.Qty, r.Terms.Limit, r.Terms.Stop
		s.changed(t, o)
	case r.Kind == engine.ChangeOrder:
		s.report(t, engine.Report{Order: r.Order, Kind: engine.ChangeRejected})
	case o != nil:
		s.end(t, o, engine.Cancelled)
	default:
		s.report(t, engine.Report{Order: r.Order, Kind: engine.CancelRejected})
	}
}

func (s *storm) groupOf(o *resting) *group {
	if s.groups[o.terms.OCO] == nil {
		s.groups[o.terms.OCO] = &group{}
	}
	return s.groups[o.terms.OCO]
}

// place takes an order, or refuses it, and its group with it. An order that comes
// late to its group gets what the group has not filled yet.
func (s *storm) place(t *rapid.T, r *engine.Request) {
	o := &resting{id: r.Order, terms: r.Terms}
	g := s.groupOf(o)
	grouped := r.Terms.OCO != 0
	if grouped && (g.ended || g.filled >= o.terms.Qty) || rapid.IntRange(0, 5).Draw(t, "refuse") == 0 {
		s.end(t, o, engine.Rejected)
		return
	}
	s.orders = append(s.orders, o)
	s.report(t, engine.Report{Order: o.id, Kind: engine.Accepted, Leaves: o.terms.Qty})
	if grouped && g.filled > 0 {
		o.terms.Qty -= g.filled
		s.changed(t, o)
	}
}

func (s *storm) changed(t *rapid.T, o *resting) {
	s.report(t, engine.Report{Order: o.id, Kind: engine.Changed, Leaves: o.terms.Qty - o.filled, Limit: o.terms.Limit, Stop: o.terms.Stop})
}

func (s *storm) group(o *resting) []*resting {
	var list []*resting
	for _, x := range s.orders {
		if x != o && x.terms.OCO != 0 && x.terms.OCO == o.terms.OCO {
			list = append(list, x)
		}
	}
	return list
}

func (s *storm) gone(o *resting) {
	for i, x := range s.orders {
		if x == o {
			s.orders = append(s.orders[:i:i], s.orders[i+1:]...)
			return
		}
	}
}

// end takes an order and its group down.
func (s *storm) end(t *rapid.T, o *resting, k engine.ReportKind) {
	group := s.group(o)
	s.groupOf(o).ended = true
	s.gone(o)
	for _, x := range group {
		s.gone(x)
	}
	s.report(t, engine.Report{Order: o.id, Kind: k})
	for _, x := range group {
		s.report(t, engine.Report{Order: x.id, Kind: engine.Cancelled})
	}
}

func (s *storm) fill(t *rapid.T, o *resting) {
	n := engine.Qty(rapid.Int64Range(1, int64(o.terms.Qty-o.filled)).Draw(t, "fill"))
	o.filled += n
	left := o.terms.Qty - o.filled
	group := s.group(o)
	s.groupOf(o).filled += n
	s.groupOf(o).ended = s.groupOf(o).ended || left == 0
	for _, x := range group {
		x.terms.Qty -= n
		if left == 0 || x.terms.Qty <= x.filled {
			s.gone(x)
		}
	}
	if left == 0 {
		s.gone(o)
	}
	s.report(t, engine.Report{Order: o.id, Kind: engine.Filled, Qty: n, Leaves: left, Price: engine.Price(rapid.Int64Range(90, 110).Draw(t, "price")), Fee: 215_000_000})
	for _, x := range group {
		if left == 0 || x.terms.Qty <= x.filled {
			s.report(t, engine.Report{Order: x.id, Kind: engine.Cancelled})
		} else {
			s.changed(t, x)
		}
	}
}

func (s *storm) rage(t *rapid.T, steps int) {
	for range steps {
		switch rapid.IntRange(0, 5).Draw(t, "what") {
		case 0:
			s.quote(t)
		case 1, 2:
			s.intent(t)
		default:
			s.venue(t)
		}
	}
}

func TestStorm(t *testing.T) {
	sends := 0
	rapid.Check(t, func(t *rapid.T) {
		s := newStorm(realGate(), rapid.IntRange(1, 2).Draw(t, "strategies"))
		s.rage(t, 120)
		sends += s.sends
	})
	if sends == 0 {
		t.Error("nothing was ever sent: the storm tests nothing")
	}
}

// TestStormTwice: the same events give the same bytes.
func TestStormTwice(t *testing.T) {
	for seed := range 20 {
		run := func() engine.Hash {
			return rapid.Custom(func(t *rapid.T) engine.Hash {
				s := newStorm(realGate(), 2)
				s.rage(t, 80)
				return s.desk.Hash()
			}).Example(seed)
		}
		if a, b := run(), run(); a != b {
			t.Fatalf("seed %d: %v and %v", seed, a, b)
		}
	}
}
