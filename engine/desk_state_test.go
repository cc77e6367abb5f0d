package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func quoteAt(at Time, bid, ask Price) *Quote {
	return &Quote{At: at, Bid: bid, Ask: ask, Last: NoPrice, BidSize: 1, AskSize: 1, LastSize: UnknownQty, Volume: UnknownQty}
}

// holding makes a scene that holds a position bought at 100.
func holding(t *testing.T, qty string) *scene {
	s := newScene(t, 1)
	s.run([]string{"submit", "1", "buy", qty})
	s.run([]string{"filled", "1", qty, "100", "0"})
	return s
}

func TestPnLIsToldOnceAnInterval(t *testing.T) {
	s := newScene(t, 1)
	s.desk.TellPnL(time.Second)
	s.run([]string{"submit", "1", "buy", "1"})
	s.run([]string{"filled", "1", "1", "100", "0"})
	armed := 0
	for i := range 10 { // many moves, one timer
		for _, c := range s.desk.Step(quoteAt(Time(i+1), Price(101+i), 200)) {
			if _, ok := c.(*SetTimer); ok {
				armed++
			}
		}
	}
	if armed != 0 {
		t.Errorf("armed %d more times while a timer was out", armed)
	}
	told := s.desk.Step(&TimerFired{At: Time(time.Second), ID: 1})
	if len(told) != 1 {
		t.Fatalf("told %d things", len(told))
	}
	if p := told[0].(*PnL); p.Unrealized != Dollars(10) || p.Realized != 0 || p.Balance.Equity != Dollars(1010) {
		t.Errorf("%+v", p)
	}
	if again := s.desk.Step(quoteAt(Time(time.Second)+1, 110, 200)); len(again) != 1 {
		t.Errorf("nothing changed, and %d commands came", len(again))
	}
	moved := s.desk.Step(quoteAt(Time(time.Second)+2, 111, 200))
	if timer, ok := moved[len(moved)-1].(*SetTimer); !ok || timer.At != 2*Time(time.Second) {
		t.Errorf("the next timer: %+v", moved[len(moved)-1])
	}
}

func TestTheLastValuationStandsWithoutAMark(t *testing.T) {
	s := holding(t, "2")
	s.desk.Step(quoteAt(1, 90, 91))
	s.desk.Step(quoteAt(2, NoPrice, 91)) // no bid, and never a trade
	if got := s.desk.Book().SessionPnL(); got != Dollars(-20) {
		t.Errorf("a lost bid made the loss %s", got)
	}
}

func TestSessionRoll(t *testing.T) {
	u := NewUniverse()
	if _, err := u.Add("X", Spec{Root: "X", Tick: NanoScale, PointValue: decimal.NewFromInt(1)}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*Calendar{"days": nil, "never open": {Zone: time.UTC}} {
		s := newScene(t, 1)
		s.desk = NewDesk(DeskConfig{Universe: u, Gate: s, Cash: Dollars(1000), Calendar: c})
		s.desk.Join(Member{Name: "s"})
		s.run([]string{"submit", "1", "buy", "1"})
		s.run([]string{"filled", "1", "1", "100", "0"})
		s.desk.Step(quoteAt(Time(24*time.Hour)-1, 95, 96))
		if got := s.desk.Book().SessionPnL(); got != Dollars(-5) {
			t.Errorf("%s: before the roll %s", name, got)
		}
		s.desk.Step(quoteAt(Time(24*time.Hour), 94, 96))
		want := Dollars(-1)
		if c != nil {
			want = Dollars(-6) // a calendar without sessions never rolls
		}
		if got := s.desk.Book().SessionPnL(); got != want {
			t.Errorf("%s: after the roll %s, want %s", name, got, want)
		}
	}
}

func TestAMemberMayJoinLate(t *testing.T) {
	s := newScene(t, 1)
	id, err := s.desk.cfg.Universe.Add("Y", Spec{Root: "Y", Tick: NanoScale, PointValue: decimal.NewFromInt(1)})
	if err != nil {
		t.Fatal(err)
	}
	q := quoteAt(1, 99, 100)
	q.Instrument = id
	s.desk.Step(q) // before anybody trades it
	who := s.desk.Join(Member{Name: "late", Instrument: id})
	s.desk.Step(&Intent{At: 2, Strategy: who, Seq: 1, Kind: Submit, Ref: 1, StopLoss: NoPrice, Target: NoPrice, Terms: Terms{Side: Sell, Qty: 1, Limit: NoPrice, Stop: NoPrice}})
	s.desk.Step(&Report{At: 3, Order: 1, Kind: Filled, Qty: 1, Price: 99})
	if s.desk.Holding(who).Position != -1 || s.desk.Book().Held(id) != -1 || s.desk.Book().Held(0) != 0 {
		t.Error("the fill went to the wrong place")
	}
}

func TestNonsenseIsCountedAndChangesNothing(t *testing.T) {
	s := newScene(t, 1)
	before := s.desk.String()
	for i, e := range []Event{
		&Quote{Instrument: 77}, &Intent{Strategy: 9, Seq: 1}, &Intent{Seq: 1, Kind: intentKinds}, &Report{Order: 5}, &Report{Order: 5, Kind: reportKinds},
	} {
		if out := s.desk.Step(e); len(out) != 0 || s.desk.Ignored() != uint64(i+1) {
			t.Errorf("%T: %d commands, %d ignored", e, len(out), s.desk.Ignored())
		}
	}
	if s.desk.String() != before {
		t.Error(s.desk.String())
	}
	s.desk.Step(&Update{})
	s.desk.Step(&TimerFired{ID: 12345})
}

// TestMemoryIsBounded: what ended long ago is forgotten everywhere, brackets included.
func TestMemoryIsBounded(t *testing.T) {
	s := newScene(t, 1)
	for i := range 3 * keepEnded {
		s.run([]string{"submit", fmt.Sprint(3*i + 1), "buy", "1", "stoploss", "50", "target", "150"})
		n := s.desk.nextID
		s.run([]string{"filled", fmt.Sprint(n), "1", "100", "0"})
		s.run([]string{"filled", fmt.Sprint(n + 2), "1", "150", "0"})
		s.run([]string{"cancelled", fmt.Sprint(n + 1)})
	}
	d := s.desk
	if len(d.orders) != keepEnded || len(d.refs) > keepEnded || len(d.brackets) > keepEnded || len(d.ended) != keepEnded || d.book.OpenOrders() != 0 {
		t.Errorf("%d orders, %d refs, %d brackets, %d ended, %d open", len(d.orders), len(d.refs), len(d.brackets), len(d.ended), d.book.OpenOrders())
	}
	if did := s.run([]string{"filled", "1", "1", "100", "0"}); len(did) != 1 || did[0] != "ignored" {
		t.Errorf("a report about a forgotten order: %v", did)
	}
}

// TestAFullQueueRefuses: at the bound a child is refused and its fills are closed
// at market, a change goes back, a cancel goes back; and it ends.
func TestAFullQueueRefuses(t *testing.T) {
	s := newScene(t, 1)
	ref := 0
	for range maxWaiting { // each entry waits to protect itself with a stop
		ref += 3
		s.run([]string{"submit", fmt.Sprint(ref), "buy", "2", "limit", "100", "stoploss", "50"})
	}
	s.run([]string{"submit", fmt.Sprint(ref + 3), "buy", "1", "stoploss", "50", "target", "150"})
	s.run([]string{"submit", fmt.Sprint(ref + 6), "buy", "1", "limit", "90"})
	s.run([]string{"accepted", fmt.Sprint(maxWaiting + 2)})
	s.tokens = 0
	for i := range maxWaiting {
		s.run([]string{"filled", fmt.Sprint(i + 1), "1", "100", "1"})
	}
	if len(s.desk.queue) != maxWaiting {
		t.Fatalf("%d wait", len(s.desk.queue))
	}
	did := s.run([]string{"filled", fmt.Sprint(maxWaiting + 1), "1", "100", "0"})
	if len(s.desk.queue) != maxWaiting || len(did) < 3 {
		t.Errorf("%d wait after %v", len(s.desk.queue), did)
	}
	did = s.run([]string{"cancel", fmt.Sprint(ref + 6)})
	if o := s.desk.orders[maxWaiting+2]; o.State != Working || len(did) != 1 {
		t.Errorf("a cancel at the bound: %v, %v", o.State, did)
	}
	s.run([]string{"flatten"}) // every unsent stop goes, every entry is asked to
	s.tokens = 10_000
	s.now += Time(time.Second)
	for id := range uint64(10) {
		s.run([]string{"timer", fmt.Sprint(id)})
	}
	if len(s.desk.queue) != 0 {
		t.Errorf("%d still wait with tokens enough", len(s.desk.queue))
	}
}

func TestAPermitForSomethingElseSendsNothing(t *testing.T) {
	s := newScene(t, 1)
	s.desk.cfg.Gate = liar{}
	if did := s.run([]string{"submit", "1", "buy", "1"}); len(did) != 2 || did[1] != "ignored" {
		t.Errorf("%v", did)
	}
}

// liar answers yes with a permit for something else.
type liar struct{}

func (liar) Judge(*Book, *Request) (Permit, *Denial) { return Grant(&Request{Order: 99}), nil }

// TestTheWorstCaseCountsProtectionToCome: a child that cannot grow yet, because the
// venue has not answered, counts at the size it is to have.
func TestTheWorstCaseCountsProtectionToCome(t *testing.T) {
	s := newScene(t, 1)
	for _, line := range [][]string{
		{"submit", "1", "buy", "3", "limit", "100", "stoploss", "95", "target", "110"},
		{"filled", "1", "1", "100", "2"},
		{"filled", "1", "1", "100", "1"}, // the children are in flight for 1
	} {
		s.run(line)
	}
	if long, short := s.desk.Book().Worst(0); long != 3 || short != 0 {
		t.Errorf("worst case %d and %d, want 3 and 0: held 2, 1 to come, 2 to be protected", long, short)
	}
	s.run([]string{"filled", "3", "1", "110", "0"})
	s.run([]string{"cancelled", "2"})
	if long, short := s.desk.Book().Worst(0); long != 2 || short != 0 {
		t.Errorf("worst case %d and %d, want 2 and 0", long, short)
	}
}
