package engine

import (
	"fmt"
	"time"
)

// Gate judges requests: permit or denial, never both. It is called by the Desk
// alone, one request at a time, and must be as pure as the Desk is.
type Gate interface {
	Judge(b *Book, r *Request) (Permit, *Denial)
}

// DeskConfig is what a Desk is made of.
type DeskConfig struct {
	Universe *Universe
	Gate     Gate
	Cash     Money     // starting cash
	Calendar *Calendar // the account's risk session; nil = UTC days
	// EntryWait is how long an entry, an exit or a change may wait for a token before
	// it is denied as throttled; 0 = not at all.
	EntryWait time.Duration
}

// Member is one strategy instance as the Desk knows it.
type Member struct {
	Name       string
	Instrument InstrumentID
}

// Desk owns one account: its orders, positions, profit and loss. It is a pure
// machine: Step takes an event and returns commands, and nothing else happens. It
// is not safe for concurrent use; a shell owns it.
//
// The commands Step returns, and what they point to, are valid until the next Step.
type Desk struct {
	cfg      DeskConfig
	book     Book
	members  []member
	in       [][]StrategyID // members by instrument
	orders   map[OrderID]*Order
	refs     map[refKey]*Order
	ended    []*Order // terminal orders still remembered, oldest first
	nextID   OrderID
	nextOCO  OCO
	queue    []*Request // permitted in principle, waiting for tokens, most urgent first
	brackets map[OrderID]*bracket

	timer    uint64 // last timer ID
	retryID  uint64 // timer of the queue, 0 = none
	waitID   uint64 // timer of the first wait of a strategy's request to end, 0 = none
	pnlID    uint64
	pnlEvery Time // 0 = nobody wants to know
	pnlLast  PnL

	gathering bool // requests wait until a kill has made all of its own

	trips    []RoundTrip // finished in this step
	out      []Command
	publish  Publish
	hash     Hash
	faults   uint64 // events that made no sense
	overruns uint64 // contracts that reduce-only orders opened
}

type refKey struct {
	strategy StrategyID
	ref      Ref
}

// member is a strategy instance's state at the Desk.
type member struct {
	Member
	account    account
	intents    uint64 // Seq of the last intent taken
	ref        Ref    // the highest in use, those of bracket children included
	updates    uint64 // Seq of the last update sent
	flattening bool
	attempts   int     // flattening orders sent for this flattening
	pursuits   int     // cancels sent again for this flattening
	stray      Qty     // contracts, signed, that reduce-only orders opened and that are being closed
	mending    OrderID // the newest order that closes them, 0 = none
	mends      int     // such orders in a row
}

// Bounds of the Desk.
const (
	keepEnded       = 1024 // terminal orders remembered for late reports and look-ups
	flattenAttempts = 3    // closing orders sent before a flattening, or a bracket that lost its protection, gives up and says so
	flattenCancels  = 8    // cancels sent again before a flattening gives up and says so; cancels sent by a bracket
	resizeAttempts  = 3    // refused changes of a bracket's child before the bracket closes the rest at market
	maxWaiting      = 256  // requests waiting for tokens
)

// MaxQty is the largest quantity of one order, in contracts: a bound that keeps
// sums of quantities far from overflow.
const MaxQty Qty = 10_000_000

// NewDesk returns a Desk without strategies.
func NewDesk(c DeskConfig) *Desk {
	d := &Desk{
		cfg: c, orders: map[OrderID]*Order{}, refs: map[refKey]*Order{}, brackets: map[OrderID]*bracket{}, hash: NewHash(),
		book: Book{u: c.Universe, start: c.Cash, calendar: c.Calendar, now: NoTime, base: c.Cash},
	}
	d.book.grow()
	return d
}

// Join registers a strategy instance and returns its number.
func (d *Desk) Join(m Member) StrategyID {
	d.book.grow()
	id := StrategyID(len(d.members))
	x := member{Member: m}
	x.account.trip.Strategy = id
	d.members = append(d.members, x)
	for len(d.in) < d.cfg.Universe.Len() {
		d.in = append(d.in, nil)
	}
	d.in[m.Instrument] = append(d.in[m.Instrument], id)
	return id
}

// TellPnL makes the Desk emit a PnL at every multiple of d of event time at which
// profit and loss have changed.
func (d *Desk) TellPnL(every time.Duration) { d.pnlEvery = Time(every) }

// Book is the account as it stands, to read.
func (d *Desk) Book() *Book { return &d.book }

// Hash digests every command so far.
func (d *Desk) Hash() Hash { return d.hash }

// Holding is a strategy instance's position.
func (d *Desk) Holding(s StrategyID) Holding { return d.members[s].account.holding }

// Members are the strategy instances, by StrategyID. It is a copy.
func (d *Desk) Members() []Member {
	out := make([]Member, len(d.members))
	for i := range d.members {
		out[i] = d.members[i].Member
	}
	return out
}

// Find finds a strategy instance.
func (d *Desk) Find(name string, in InstrumentID) (StrategyID, bool) {
	for i := range d.members {
		if d.members[i].Member == (Member{name, in}) {
			return StrategyID(i), true
		}
	}
	return 0, false
}

// Order is an order as it stands, open or one of the newest ended ones. It is the
// Desk's own: to read, until the next Step.
func (d *Desk) Order(id OrderID) (*Order, bool) {
	o, ok := d.orders[id]
	return o, ok
}

// Finished returns the round trips that the last Step completed, until the next.
func (d *Desk) Finished() []RoundTrip { return d.trips }

// Ignored is how many events made no sense (a report in its order's state, a quote
// of an unknown instrument, an intent of an unknown kind) and were dropped.
func (d *Desk) Ignored() uint64 { return d.faults }

// Overruns is how many contracts children of brackets, closing orders and market exits
// have filled beyond the position they were to reduce. It cannot be avoided altogether:
// a cancel loses a race now and then. Each was told to its strategy and closed again.
func (d *Desk) Overruns() uint64 { return d.overruns }

// Step takes one event. Events must not go back in time.
func (d *Desk) Step(e Event) []Command {
	d.out, d.trips = d.out[:0], d.trips[:0]
	switch e := e.(type) {
	case *Quote:
		d.onQuote(e)
	case *Intent:
		d.advance(e.At)
		d.onIntent(e)
	case *Report:
		d.advance(e.At)
		d.onReport(e)
	case *TimerFired:
		d.advance(e.At)
		d.onTimer(e)
	case *LinkChange:
		d.advance(e.At)
		d.onLink(e)
	case *ModeChange:
		d.advance(e.At)
		d.onMode(e)
	case *Adoption:
		d.advance(e.At)
		d.adoptOrder(e)
	case *Resync:
		d.advance(e.At)
		d.resync(e)
	case *Funds:
		d.advance(e.At)
		d.book.fund(e.Cash)
	case *Recall:
		d.advance(e.At)
		d.onRecall(e)
	case *Unsent:
		d.advance(e.At)
		d.onUnsent(e)
	}
	return d.out
}

func (d *Desk) advance(t Time) {
	d.book.now = t
	d.book.roll(t)
}

func (d *Desk) onQuote(q *Quote) {
	if int(q.Instrument) >= d.cfg.Universe.Len() {
		d.faults++
		return
	}
	d.advance(q.At)
	if int(q.Instrument) >= len(d.book.tops) {
		d.book.grow()
	}
	d.book.mark(q)
	if int(q.Instrument) < len(d.in) {
		for _, s := range d.in[q.Instrument] {
			a := &d.members[s].account
			if mark := d.book.tops[q.Instrument].Mark(a.holding.Position); a.holding.Position != 0 && mark != NoPrice {
				a.mark(mark, d.book.Instrument(q.Instrument))
			}
		}
	}
	d.publish.Quote = q
	d.emit(&d.publish)
	d.startPnL()
}

func (d *Desk) onTimer(t *TimerFired) {
	switch t.ID {
	case d.retryID:
		d.retryID = 0
		d.drain()
	case d.waitID:
		d.waitID = 0
		d.drain()
		d.watchWaits()
	case d.pnlID:
		d.pnlID = 0
		d.tellPnL()
	}
}

// emit appends a command and folds it into the digest.
func (d *Desk) emit(c Command) {
	c.Fold(&d.hash)
	d.out = append(d.out, c)
}

func (d *Desk) setTimer(at Time) uint64 {
	d.timer++
	d.emit(&SetTimer{At: at, ID: d.timer})
	return d.timer
}

// startPnL arms the P&L timer when profit and loss may have moved.
func (d *Desk) startPnL() {
	if d.pnlEvery > 0 && d.pnlID == 0 && (d.book.unrealized != d.pnlLast.Unrealized || d.book.Balance() != d.pnlLast.Balance) {
		d.pnlID = d.setTimer((d.book.now/d.pnlEvery + 1) * d.pnlEvery)
	}
}

func (d *Desk) tellPnL() {
	b := d.book.Balance()
	p := PnL{At: d.book.now, Realized: d.book.SessionPnL() - d.book.unrealized, Unrealized: d.book.unrealized, Balance: b}
	if p.Realized == d.pnlLast.Realized && p.Unrealized == d.pnlLast.Unrealized && p.Balance == d.pnlLast.Balance {
		return
	}
	d.pnlLast = p
	d.emit(&p)
}

// tell sends a strategy the news about one of its orders.
func (d *Desk) tell(o *Order, f Fill, denial *Denial) {
	m := &d.members[o.Strategy]
	m.updates++
	d.emit(&Update{
		At: d.book.now, Strategy: o.Strategy, Seq: m.updates, Order: *o, Fill: f, Denial: denial,
		Holding: m.account.holding, Account: d.book.Balance(),
	})
}

// String says what the Desk holds, for people.
func (d *Desk) String() string {
	return fmt.Sprintf("desk: %d strategies, %d open orders, %d waiting", len(d.members), d.book.count, len(d.queue))
}
