package gateway

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"tollgate/engine"
	"tollgate/engine/journal"
	"tollgate/risk"
	"tollgate/sim/fakebridge"
	"tollgate/sim/fakebridge/broker"
	"tollgate/sim/venue"

	"github.com/shopspring/decimal"
)

// duet is the Core and the simulated broker on one clock, with a link between them
// that takes time, and strategies that want things at random. The same seed is the
// same history.
type duet struct {
	t      testing.TB
	rng    *rand.Rand
	u      *engine.Universe
	core   *Core
	broker *broker.Broker
	now    engine.Time
	queue  deeds
	order  uint64

	conn     broker.ConnID
	up       bool
	banned   bool // another program has the session
	backoff  time.Duration
	attempts []engine.Time

	prices      []engine.Price
	volumes     []engine.Qty
	traders     []trader
	calm        bool // nobody wants anything new
	made        func(setup []byte, prefix string) (*Core, error)
	setup       []byte // of the run
	records     []journal.Record
	synced      int // records that are on the disk for certain
	alarms      []string
	limits      engine.Qty
	checkpoints int
	idle        int                     // turns without time passing
	still       bool                    // prices do not move any more
	manual      bool                    // somebody traded by hand
	excused     map[engine.OrderID]bool // entries whose protection was taken away on purpose
}

// trader is a strategy instance that acts at random.
type trader struct {
	id      engine.StrategyID
	seq     uint64
	ref     engine.Ref
	holding engine.Qty
	open    []engine.Order
}

type happening struct {
	at    engine.Time
	order uint64
	do    func()
}

type deeds []happening

func (d deeds) Len() int { return len(d) }
func (d deeds) Less(i, j int) bool {
	return d[i].at < d[j].at || d[i].at == d[j].at && d[i].order < d[j].order
}
func (d deeds) Swap(i, j int) { d[i], d[j] = d[j], d[i] }
func (d *deeds) Push(x any)   { *d = append(*d, x.(happening)) }
func (d *deeds) Pop() any {
	old := *d
	x := old[len(old)-1]
	*d = old[:len(old)-1]
	return x
}

const (
	hop        = 40 * time.Millisecond // one way over the link
	quoteEvery = 500 * time.Millisecond
	begins     = engine.Time(1_703_600_000_000_000_000) // a trading day
)

var roots = []string{"ES", "NQ"}

func newUniverse(t testing.TB) *engine.Universe {
	u := engine.NewUniverse()
	for _, r := range roots {
		if _, err := u.Add(r+" 03-24", engine.Spec{Root: r, Tick: engine.NanoScale / 4, PointValue: decimal.NewFromInt(50), Fee: engine.Dollars(2), Months: "HMUZ"}); err != nil {
			t.Fatal(err)
		}
	}
	return u
}

func newDuet(t testing.TB, seed uint64, quirks broker.Quirks) *duet {
	d := &duet{t: t, rng: rand.New(rand.NewPCG(seed, 7)), u: newUniverse(t), now: begins, limits: 4, backoff: time.Second, excused: map[engine.OrderID]bool{}}
	b, err := broker.New(broker.Config{
		Universe: d.u, Accounts: []broker.AccountConfig{{Name: "Sim101", Cash: engine.Dollars(100_000)}}, Token: "x", Quirks: quirks, Seed: seed,
		Venue: venue.Config{Fill: venue.Touch}, Start: broker.Now{Market: begins, Limit: begins},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.broker = b
	other := turned(t, d.u)
	d.made = func(setup []byte, _ string) (*Core, error) {
		if string(setup) == anotherOrder {
			return newCore(other, d.limits), nil
		}
		return newCore(d.u, d.limits), nil
	}
	d.prices, d.volumes = []engine.Price{19_000, 68_000}, []engine.Qty{0, 0}
	for i := range roots {
		d.traders = append(d.traders, trader{id: engine.StrategyID(i)})
	}
	d.start(nil)
	d.after(0, d.market)
	d.after(time.Second, d.trade)
	return d
}

// anotherOrder is the setup of a run whose configuration lists the instruments in
// another order, with one more among them.
const anotherOrder = "another order"

func turned(t testing.TB, u *engine.Universe) *engine.Universe {
	out := engine.NewUniverse()
	for _, key := range []string{"NQ 03-24", "CL 03-24", "ES 03-24"} {
		in := u.Get(0)
		if _, err := out.Add(key, engine.Spec{Root: key[:2], Tick: in.Tick, PointValue: decimal.NewFromInt(50), Fee: in.Fee, Months: "HMUZ"}); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// withRoot is the first instrument of a root.
func withRoot(u *engine.Universe, root string) engine.InstrumentID {
	for id := range engine.InstrumentID(u.Len()) {
		if u.Get(id).Root == root {
			return id
		}
	}
	return 0
}

func newCore(u *engine.Universe, most engine.Qty) *Core {
	budget := risk.NewBudget(risk.BudgetConfig{Rate: 3, Burst: 20, Reserve: 6, Open: 6})
	limits := risk.Limits{MaxPosition: risk.ByInstrument{"ES": int64(most), "NQ": int64(most)}, MaxOrder: risk.ByInstrument{"ES": 3, "NQ": 3}, MaxWorking: 12}
	return New(Config{
		Universe: u, Prefix: "tgtest", Budget: &budget,
		Accounts: []AccountConfig{{
			Name: "Sim101", Gate: risk.Sharing(limits, &budget), Cash: engine.Dollars(100_000), EntryWait: 2 * time.Second,
			Members: []engine.Member{{Name: "a", Instrument: withRoot(u, "ES")}, {Name: "b", Instrument: withRoot(u, "NQ")}},
		}},
	})
}

// start begins a run of the Core with a state.
func (d *duet) start(state []byte) {
	core, err := d.made(d.setup, "tgtest")
	if err != nil {
		d.t.Fatal(err)
	}
	d.core, d.up = core, false
	d.records = append(d.records, journal.Record{Number: uint64(len(d.records) + 1), Kind: KindSetup, Payload: d.setup})
	d.step(Input{Kind: Begin, Account: All, Data: state, Text: "tgtest"})
	d.step(Input{Kind: LinkDown, Account: All, Text: justStarted})
	for i := range d.traders {
		d.fromWorker(&engine.Resync{Strategy: d.traders[i].id})
	}
	d.after(0, d.dial)
}

func (d *duet) after(wait time.Duration, do func()) {
	d.order++
	heap.Push(&d.queue, happening{d.now.Add(wait), d.order, do})
}

// run lets time pass.
func (d *duet) run(wait time.Duration) {
	end := d.now.Add(wait)
	for {
		wake := d.core.Wake()
		next := d.broker.Next()
		at := end
		for _, x := range []engine.Time{wake, next.Market, next.Limit} {
			if x != engine.NoTime {
				at = min(at, max(x, d.now))
			}
		}
		if len(d.queue) > 0 && d.queue[0].at <= at {
			x := heap.Pop(&d.queue).(happening)
			d.now = max(d.now, x.at)
			x.do()
			continue
		}
		if d.idle++; at > d.now {
			d.idle = 0
		}
		if d.idle > 10_000 {
			d.t.Fatalf("time stands still at %v: the Core wants a tick at %v again and again", d.now.Sub(begins), wake.Sub(begins))
		}
		d.now = at
		if at >= end {
			return
		}
		d.outs(d.broker.Advance(d.moment()))
		if wake != engine.NoTime && wake <= d.now {
			d.step(Input{Kind: Tick, Account: All})
		}
	}
}

func (d *duet) moment() broker.Now { return broker.Now{Market: d.now, Limit: d.now} }

// dial connects, and never more than four times a minute.
func (d *duet) dial() {
	if d.up || d.banned {
		return
	}
	for len(d.attempts) > 0 && d.now.Sub(d.attempts[0]) >= time.Minute {
		d.attempts = d.attempts[1:]
	}
	if len(d.attempts) == 4 {
		d.after(time.Minute-d.now.Sub(d.attempts[0]), d.dial)
		return
	}
	d.attempts = append(d.attempts, d.now)
	id, status, outs := d.broker.Upgrade(d.moment(), "x", "here")
	d.outs(outs)
	if status != 101 {
		d.backoff = min(2*d.backoff, 30*time.Second)
		d.after(d.backoff, d.dial)
		return
	}
	d.conn, d.up = id, true
	d.step(Input{Kind: LinkUp, Account: All})
}

func (d *duet) lose(id broker.ConnID, why string) {
	if !d.up || id != d.conn {
		return
	}
	d.up = false
	d.step(Input{Kind: LinkDown, Account: All, Text: why})
	d.after(d.backoff, d.dial)
}

// outs carries what the broker says to the Core.
func (d *duet) outs(list []broker.Out) {
	for _, o := range list {
		switch o.Kind {
		case broker.Text:
			data := append([]byte(nil), o.Data...)
			d.after(hop, func() {
				if d.up && o.Conn == d.conn {
					d.step(Input{Kind: Frame, Account: All, Data: data})
				}
			})
		case broker.Silence:
			d.after(40*time.Second, func() { d.lose(o.Conn, "no pong") })
		default:
			d.after(hop, func() { d.lose(o.Conn, o.Reason) })
		}
	}
}

func (d *duet) step(in Input) {
	in.At = d.now
	d.records = append(d.records, journal.Record{Number: uint64(len(d.records) + 1), Kind: byte(in.Kind), Payload: in.Append(nil)})
	var told [][]byte
	for _, o := range d.core.Step(&in) {
		switch o.Kind {
		case Write, Order:
			data := append([]byte(nil), o.Data...)
			d.records = append(d.records, journal.Record{Number: uint64(len(d.records) + 1), Kind: KindSent, Payload: data})
			if o.Kind == Order {
				d.synced = len(d.records)
			}
			id := d.conn
			d.after(hop, func() {
				if d.up && id == d.conn {
					d.outs(d.broker.Receive(d.moment(), id, fakebridge.ParseFrame(data)))
				}
			})
		case Publish:
			told = append(told, append([]byte(nil), o.Data...))
		case Alarm:
			d.alarms = append(d.alarms, fmt.Sprintf("%v %s", d.now.Sub(begins), o.Text))
		case Reconnect:
			id := d.conn
			d.after(0, func() { d.outs(d.broker.Closed(d.moment(), id)); d.lose(id, o.Text) })
		}
	}
	for _, data := range told {
		d.tell(data)
	}
}

// tell tells the trader what the Desk says.
func (d *duet) tell(data []byte) {
	e, err := engine.ParseEvent(data)
	if err != nil {
		d.t.Fatal(err)
	}
	switch e := e.(type) {
	case *engine.Update:
		if int(e.Strategy) >= len(d.traders) {
			return
		}
		x := &d.traders[e.Strategy]
		x.holding = e.Holding.Position
		for i := range x.open {
			if x.open[i].Ref == e.Order.Ref {
				x.open = append(x.open[:i], x.open[i+1:]...)
				break
			}
		}
		if !e.Order.State.Terminal() && e.Order.Ref != 0 && e.Order.ID != 0 {
			x.open = append(x.open, e.Order)
		}
	case *engine.Snapshot:
		if int(e.Strategy) < len(d.traders) {
			d.traders[e.Strategy] = trader{id: e.Strategy, seq: e.Intents, ref: e.Ref, holding: e.Holding.Position, open: e.Orders}
		}
	}
}

func (d *duet) fromWorker(e engine.Event) {
	d.step(Input{Kind: FromWorker, Account: 0, Data: engine.AppendEvent(nil, e)})
}

// market moves the prices at random.
func (d *duet) market() {
	for i := range d.prices {
		if !d.still {
			d.prices[i] += engine.Price(d.rng.IntN(7) - 3)
		}
		d.volumes[i] += engine.Qty(d.rng.IntN(20))
		p := d.prices[i]
		q := engine.Quote{
			At: d.now, Instrument: engine.InstrumentID(i), Bid: p, Ask: p + 1, Last: p + engine.Price(d.rng.IntN(2)),
			BidSize: 50, AskSize: 50, LastSize: engine.UnknownQty, Volume: d.volumes[i],
		}
		d.outs(d.broker.Quote(d.now, &q))
	}
	d.after(quoteEvery, d.market)
}

// trade makes one trader want something.
func (d *duet) trade() {
	d.after(time.Duration(d.rng.IntN(1500))*time.Millisecond, d.trade)
	if d.calm {
		return
	}
	x := &d.traders[d.rng.IntN(len(d.traders))]
	n := engine.Intent{Strategy: x.id, Seq: x.seq + 1, StopLoss: engine.NoPrice, Target: engine.NoPrice}
	n.Terms = engine.Terms{Instrument: engine.InstrumentID(x.id), Limit: engine.NoPrice, Stop: engine.NoPrice}
	switch k := d.rng.IntN(20); {
	case k < 12:
		d.submit(x, &n)
	case k < 15 && len(x.open) > 0:
		o := x.open[d.rng.IntN(len(x.open))]
		n.Kind, n.Ref, n.Terms.Qty = engine.Amend, o.Ref, engine.Qty(1+d.rng.IntN(3))
		if o.Terms.Type.HasLimit() {
			n.Terms.Limit = o.Terms.Limit + engine.Price(d.rng.IntN(5)-2)
		}
	case k < 18 && len(x.open) > 0:
		o := x.open[d.rng.IntN(len(x.open))]
		n.Kind, n.Ref = engine.Withdraw, o.Ref
		if o.Parent != 0 {
			d.excuse(func(y *engine.Order) bool { return y.ID == o.ID })
		}
	case k == 18:
		n.Kind = engine.CancelAll
		d.excuse(func(o *engine.Order) bool { return o.Strategy == x.id })
	case k == 19:
		n.Kind = engine.Flatten
		d.excuse(func(o *engine.Order) bool { return o.Strategy == x.id })
	default:
		return
	}
	x.seq++
	d.fromWorker(&n)
}

func (d *duet) submit(x *trader, n *engine.Intent) {
	p := d.prices[x.id]
	x.ref++
	n.Kind, n.Ref = engine.Submit, x.ref
	n.Terms.Qty, n.Terms.Side = engine.Qty(1+d.rng.IntN(3)), engine.Buy
	if d.rng.IntN(2) == 0 {
		n.Terms.Side = engine.Sell
	}
	away := engine.Price(d.rng.IntN(12)) * engine.Price(n.Terms.Side)
	switch d.rng.IntN(5) {
	case 0, 1:
	case 2, 3:
		n.Terms.Type, n.Terms.Limit = engine.Limit, p-away
	case 4:
		n.Terms.Type, n.Terms.Stop = engine.StopMarket, p+away+4*engine.Price(n.Terms.Side)
	}
	if d.rng.IntN(3) == 0 {
		side := engine.Price(n.Terms.Side)
		n.StopLoss, n.Target = p-30*side, p+30*side
		x.ref += engine.TargetRef
	}
}

// settle lets everything come to rest: no new wishes, no faults, time to ask.
func (d *duet) settle() {
	d.calm = true
	d.run(3 * time.Minute)
	d.still = true
	d.run(2 * time.Minute)
	for n := 0; n < 60 && !d.core.Ready(); n++ {
		d.run(time.Second) // a connection that dies every so often may just have died
	}
}

// check holds what the Core believes against the truth.
func (d *duet) check() {
	d.t.Helper()
	l := d.broker.Ledger()
	desk := d.core.Desk(0)
	truth := map[string]engine.Qty{}
	for _, p := range l.Accounts[0].Positions {
		truth[p.Instrument] = p.Qty
	}
	for id := range engine.InstrumentID(d.u.Len()) {
		key := d.u.Get(id).Key
		known, _ := d.core.cfg.Universe.Lookup(key)
		if held := desk.Book().Held(known); held != truth[key] {
			d.t.Errorf("%s: we believe %+d, the truth is %+d", key, held, truth[key])
		}
	}
	d.checkOrders(l.Orders)
	d.checkOutcomes(l.Orders)
	d.checkLimits(&l)
	d.checkBrackets(l.Orders)
	d.checkMode()
	if !d.core.Ready() {
		d.t.Error("the gateway is not ready at the end")
	}
	if l.MostUpgradesIn60s > 4 || l.LongestViolationRow > 9 || l.LowestTokens < 0 || l.AbuseCloses > 0 {
		d.t.Errorf("upgrades in 60 s %d, refusals in a row %d, lowest tokens %v, closes for abuse %d",
			l.MostUpgradesIn60s, l.LongestViolationRow, l.LowestTokens, l.AbuseCloses)
	}
	if d.core.Stats().Differences > 0 && !d.manual {
		d.t.Errorf("%d positions nobody could explain", d.core.Stats().Differences)
	}
}

func (d *duet) checkOrders(orders []broker.LedgerOrder) {
	d.t.Helper()
	own, open := map[string]int{}, 0
	for _, o := range orders {
		if o.OwnID != "" {
			own[o.OwnID]++
		}
		switch o.State {
		case "Filled", "Cancelled", "Rejected":
		default:
			open++
		}
	}
	for id, n := range own {
		if n > 1 {
			d.t.Errorf("order %s was placed %d times", id, n)
		}
	}
	if n := len(d.core.accounts[0].open); n != open {
		d.t.Errorf("%d orders are open at the broker, we believe %d", open, n)
	}
}

// replay steps the journal again and must come to the same.
func (d *duet) replay() {
	d.t.Helper()
	r := NewReplay(true, d.made)
	for _, x := range d.records {
		if err := r.Record(x); err != nil {
			d.t.Fatal(err)
		}
	}
	if r.Core().Hash() != d.core.Hash() {
		d.t.Errorf("the journal gives %v, the run was %v", r.Core().Hash(), d.core.Hash())
	}
}

func (d *duet) dump() {
	if d.t.Failed() {
		d.t.Logf("phase %d, addon off %v, audit %+v, pause %v, %d pending, now %v, wake %v, stats %+v", d.core.phase, d.core.addonOff, d.core.audit, d.core.pause.Sub(begins), len(d.core.pending), d.now.Sub(begins), d.core.Wake().Sub(begins), d.core.stats)
		for _, a := range d.alarms {
			d.t.Log(a)
		}
	}
}

func TestDuetWithoutFaults(t *testing.T) {
	for seed := range uint64(max(1, 5/slower)) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			d := newDuet(t, seed, broker.Quirks{})
			defer d.dump()
			d.run(10 * time.Minute / min(slower, 5))
			d.settle()
			d.check()
			d.replay()
			if n := len(d.broker.Ledger().Executions); n < 20/slower {
				t.Errorf("only %d executions: the test proves little", n)
			}
		})
	}
}
