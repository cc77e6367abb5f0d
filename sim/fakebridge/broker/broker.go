package broker

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/sim/venue"
)

// Limits of the vendor and of this package.
const (
	BudgetBurst     = 20      // calls, shared by WebSocket and REST
	BudgetRate      = 3       // calls a second
	UpgradeLimit    = 5       // upgrades of one address in 60 s
	ManagementLimit = 20      // subscribe, unsubscribe and streamPnl in 60 s
	MaxViolations   = 10      // in a row; the next one closes the link
	MaxOrders       = 100_000 // orders of a run; further ones are refused
	MaxDelayed      = 10_000  // replies and requests under way; further replies are lost
	MaxSubscribed   = 1_000   // names of one connection; further ones are ignored
	MaxAddresses    = 1_000   // addresses whose upgrades are counted; with so many in a minute a new one is refused
	barsKept        = 5_000   // minute bars of one instrument
)

// Now is a moment: what the recording's clock shows, and the clock by which the
// limits count. Neither may go back; a moment that does is taken as the last one.
type Now struct {
	Market engine.Time // of quotes, orders and executions
	Limit  engine.Time // of the budget, the windows and the delays
}

// AccountConfig is an account that exists.
type AccountConfig struct {
	Name string       // matched whatever its case
	Cash engine.Money // at the start
}

// Config is what a Broker is made of.
type Config struct {
	Universe *engine.Universe // of the quotes; may grow while the broker runs
	Accounts []AccountConfig  // at least one
	Token    string           // the bearer token; empty = any
	Quirks   Quirks
	Seed     uint64       // of order and execution ids
	Venue    venue.Config // how orders fill
	Start    Now
}

// ConnID names a connection, or a REST request that waits for its answer.
type ConnID uint64

// OutKind is what the shell is to do.
type OutKind uint8

// The kinds of Out.
const (
	Text    OutKind = iota // write Data as a text frame
	Close                  // close the connection with Code and Reason
	Drop                   // cut the connection without a close frame
	Silence                // stop reading and writing, but leave the connection open
	Answer                 // answer the REST request with Status and Data
)

// Out is one thing the shell is to do, in order.
type Out struct {
	Conn   ConnID
	Kind   OutKind
	Data   []byte
	Code   int
	Reason string
	Status int
}

// Broker is the pretend bridge with everything behind it. See the package
// documentation.
type Broker struct {
	config   Config
	quirks   *Quirks
	universe *engine.Universe
	rand     *rand.Rand
	now      Now
	out      []Out

	accounts []*account
	orders   []*order
	sliced   []*order          // those that fill in parts
	byID     map[string]*order // own ids, returned ids and reassigned ids, in lower case
	execs    []*execution
	markets  []*market // by InstrumentID

	conn      *conn // the one connection; nil = none
	lastConn  ConnID
	bucket    bucket
	upgrades  map[string]*window // by address
	addon     bool
	downUntil engine.Time // upgrades are refused before this
	nextSnap  engine.Time // market time of the next snapshot
	later     []delayed
	laterSeq  uint64
	faults    faults
	summary   summaryCache
	tally     tally
}

// delayed is something to do when the clock of the limits reaches at.
type delayed struct {
	at  engine.Time
	seq uint64
	do  func()
}

// New makes a broker. It fails when the configuration names no account or one twice.
func New(c Config) (*Broker, error) {
	if c.Universe == nil {
		return nil, fmt.Errorf("a simulated bridge needs a universe of instruments")
	}
	b := &Broker{
		config: c, universe: c.Universe, now: c.Start, addon: true,
		rand: rand.New(rand.NewPCG(c.Seed, 0x746f6c6c)), byID: map[string]*order{},
		bucket: newBucket(c.Start.Limit, BudgetBurst, BudgetRate), upgrades: map[string]*window{},
		nextSnap: c.Start.Market, downUntil: engine.NoTime, summary: summaryCache{at: engine.NoTime},
	}
	b.quirks = &b.config.Quirks
	b.faults.slice = c.Quirks.PartialFills
	b.tally.calls = map[string]*CallCount{}
	for i, a := range c.Accounts {
		if a.Name == "" || b.account(a.Name) != nil {
			return nil, fmt.Errorf("account %d: the name %q is empty or taken", i+1, a.Name)
		}
		b.accounts = append(b.accounts, newAccount(i, a, venue.New(c.Universe, c.Venue)))
	}
	if len(b.accounts) == 0 {
		return nil, fmt.Errorf("a simulated bridge needs an account")
	}
	return b, nil
}

// account finds an account by its name in any case.
func (b *Broker) account(name string) *account {
	for _, a := range b.accounts {
		if strings.EqualFold(a.name, name) {
			return a
		}
	}
	return nil
}

// step moves the clocks and does what has become due.
func (b *Broker) step(now Now) {
	b.now.Market = max(b.now.Market, now.Market)
	target := max(b.now.Limit, now.Limit)
	for len(b.later) > 0 && b.later[0].at <= target {
		d := b.later[0]
		b.later = slices.Delete(b.later, 0, 1)
		b.now.Limit = max(b.now.Limit, d.at)
		d.do()
	}
	b.now.Limit = target
	b.bucket.refill(target)
}

// after puts something off by d nanoseconds of the limits' clock; it reports false when too much
// is put off already.
func (b *Broker) after(d int64, do func()) bool {
	if len(b.later) >= MaxDelayed {
		return false
	}
	b.laterSeq++
	x := delayed{b.now.Limit + engine.Time(d), b.laterSeq, do}
	i := len(b.later)
	for i > 0 && b.later[i-1].at > x.at {
		i--
	}
	b.later = slices.Insert(b.later, i, x)
	return true
}

// take hands out what has gathered. It is good until the next call.
func (b *Broker) take() []Out {
	out := b.out
	b.out = nil
	return out
}

func (b *Broker) emit(o Out) { b.out = append(b.out, o) }

// Advance lets time pass and returns what there is to do.
func (b *Broker) Advance(now Now) []Out {
	b.step(now)
	for _, a := range b.accounts {
		b.reports(a, a.venue.Advance(b.now.Market))
	}
	b.stream()
	return b.take()
}

// Quote takes an event of the recording. Its time is the market's; limit is that
// of the limits' clock.
func (b *Broker) Quote(limit engine.Time, q *engine.Quote) []Out {
	b.step(Now{q.At, limit})
	m := b.market(q.Instrument)
	changed := m.apply(q, b.universe.Get(q.Instrument))
	for _, a := range b.accounts {
		b.reports(a, a.venue.Quote(q))
		b.refill(a, q.Instrument)
	}
	if pace := b.quirks.QuotePace; pace == "event" || pace == "change" && changed {
		b.streamOne(m)
	}
	b.stream()
	return b.take()
}

// Withdraw takes every quote out of force: what is shown stays, but nothing fills
// at it until the next event of its instrument.
func (b *Broker) Withdraw(now Now) []Out {
	b.step(now)
	for _, a := range b.accounts {
		a.venue.Withdraw()
	}
	return b.take()
}

// Next is when the broker next has something to do by itself, on either clock;
// engine.NoTime = never.
func (b *Broker) Next() Now {
	next := Now{engine.NoTime, engine.NoTime}
	if len(b.later) > 0 {
		next.Limit = b.later[0].at
	}
	if b.conn != nil && (len(b.conn.names) > 0 || b.conn.pnlEvery > 0) {
		next.Market = b.nextSnap
		if len(b.conn.names) == 0 || b.conn.pnlEvery > 0 && b.conn.pnlNext < next.Market {
			next.Market = b.conn.pnlNext
		}
	}
	return next
}

// Time is the moment of the last step.
func (b *Broker) Time() Now { return b.now }

// market returns the state of an instrument's market.
func (b *Broker) market(id engine.InstrumentID) *market {
	for len(b.markets) <= int(id) {
		b.markets = append(b.markets, newMarket(engine.InstrumentID(len(b.markets))))
	}
	return b.markets[id]
}

// resolve finds an instrument of the universe by any form of its name. A root and
// a continuous name mean the first contract of that root in the universe: which
// one the vendor takes is not published.
func (b *Broker) resolve(name string) (*engine.Instrument, bool) {
	known := func(root string) (engine.Spec, bool) {
		for id := range b.universe.Len() {
			if in := b.universe.Get(engine.InstrumentID(id)); in.Root == root {
				return engine.Spec{Root: root, Tick: in.Tick, PointValue: in.Point, Months: engine.MonthCodes}, true
			}
		}
		return engine.Spec{}, false
	}
	if id, ok := b.universe.Lookup(strings.ToUpper(strings.TrimSpace(name))); ok {
		return b.universe.Get(id), true
	}
	n, err := engine.ParseName(name, known)
	if err != nil {
		return nil, false
	}
	if n.Form == engine.FormRoot || n.Form == engine.FormContinuous {
		return b.firstOf(n.Root)
	}
	spec, _ := known(n.Root)
	key, err := n.Key(spec, b.now.Market)
	if err != nil {
		return nil, false
	}
	id, ok := b.universe.Lookup(key)
	if !ok {
		return nil, false
	}
	return b.universe.Get(id), true
}

func (b *Broker) firstOf(root string) (*engine.Instrument, bool) {
	for id := range b.universe.Len() {
		if in := b.universe.Get(engine.InstrumentID(id)); in.Root == root {
			return in, true
		}
	}
	return nil, false
}

// newID is a fresh 32-digit id.
func (b *Broker) newID() string {
	return fmt.Sprintf("%016x%016x", b.rand.Uint64(), b.rand.Uint64())
}

// epoch is a moment in milliseconds, or in seconds by the quirk.
func (b *Broker) epoch(t engine.Time) int64 {
	if b.quirks.EpochSeconds {
		return int64(t) / 1_000_000_000
	}
	return int64(t) / 1_000_000
}

// stamp is a moment as the vendor prints it: seven decimals and no zone.
func stamp(t engine.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000") }

// amount is money as the vendor sends it: a double, with a double's noise.
func (b *Broker) amount(m engine.Money) Number {
	return b.noisy(m.Decimal())
}

func (b *Broker) noisy(d decimal.Decimal) Number {
	if b.quirks.ExactAmounts || d.IsZero() {
		return number(d)
	}
	return noise(d)
}
