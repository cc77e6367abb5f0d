package gateway

import (
	"fmt"
	"math"
	"time"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// Budget is the one bucket of tokens that every call to the broker is paid from,
// orders by the gate and questions by the Core.
type Budget interface {
	// Take spends a token for the request or says when asking again can help.
	Take(r *engine.Request) *engine.Denial
	// Answered says that the broker answered a call, or that its answer is lost.
	Answered()
	// Level is what is in the bucket and as of when, SetLevel takes it up again.
	Level() (tokens int64, at engine.Time)
	SetLevel(tokens int64, at engine.Time)
	// Gauge is how many whole tokens there are at a time, and what the bucket is made
	// of. It changes nothing.
	Gauge(now engine.Time) (tokens, burst, rate, reserve int64)
	// Drain leaves the bucket empty until a time: the broker refused a call, so
	// somebody else is spending from the same budget.
	Drain(until engine.Time)
}

// Config is what a Core is made of.
type Config struct {
	Universe *engine.Universe
	Prefix   string // begins every order's id at the broker; unique to the journal
	Budget   Budget
	Accounts []AccountConfig
	Timing   Timing
	OnLost   Verb // what is done about an account whose worker is lost; NoVerb = an alarm only
}

// AccountConfig is one account.
type AccountConfig struct {
	Name      string // as the broker spells it
	Gate      engine.Gate
	Cash      engine.Money
	Calendar  *engine.Calendar
	EntryWait time.Duration // how long an entry may wait for a token; 0 = not at all
	Members   []engine.Member
}

// Timing is how patient a Core is. The zero value of a field is its default.
type Timing struct {
	Reply   time.Duration // a call without an answer for so long is lost; default 10s
	Settle  time.Duration // an acknowledged change or cancel must show within this; default 10s
	Slow    time.Duration // open orders are looked at so often without a reason; default 15s
	Audit   time.Duration // orders and positions are compared so often without a reason; default 60s
	Retry   time.Duration // between attempts while the add-on is away or the accounts disagree; default 5s
	Recheck time.Duration // between two looks at an order that must have moved; doubles each time; default 250ms
	Quote   time.Duration // an instrument without a quote for so long is subscribed to again; default 60s
	Slack   time.Duration // an input may be so much older than the newest, because it waited; more means that the clock was set back; default 10s
}

func (t Timing) orDefault() Timing {
	set := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	set(&t.Reply, 10*time.Second)
	set(&t.Settle, 10*time.Second)
	set(&t.Slow, 15*time.Second)
	set(&t.Audit, time.Minute)
	set(&t.Retry, 5*time.Second)
	set(&t.Recheck, 250*time.Millisecond)
	set(&t.Quote, time.Minute)
	set(&t.Slack, 10*time.Second)
	return t
}

// linkPhase is how far the way to trading has been walked.
type linkPhase uint8

const (
	down    linkPhase = iota
	syncing           // connected; orders and positions are being compared
	ready             // trading
)

// Core is the pure part of a gateway: Step takes an input and returns what is to
// be done. It is not safe for concurrent use.
type Core struct {
	cfg      Config
	timing   Timing
	dec      *bridge.Decoder
	frame    bridge.Frame
	accounts []*account
	next     int        // number of the next account that is new to the journal
	there    []*account // those that the broker has, as far as anyone knows
	now      engine.Time
	began    bool
	pace     pace

	phase    linkPhase
	addonOff bool
	lastCall uint64
	pending  []pending // calls without an answer, oldest first
	refused  int       // calls refused for want of tokens in a row
	pause    engine.Time
	audit    audit
	rollAt   engine.Time // when to ask which accounts the broker has; NoTime = that is known
	rolled   engine.Time // when it was answered
	feeds    feeds
	timers   []timer // by time
	later    []deed  // events that follow from what a step brought
	busy     bool

	compared bool        // orders and positions agreed once since the program began; for people
	linkAt   engine.Time // when the phase began; NoTime = before the run did
	linkWhy  string      // why trading waits; empty when ready

	stats Stats
	news  news
	hash  engine.Hash
	out   []Output
	arena []byte
}

// account is one account's Desk and what the Core knows of its orders at the broker.
type account struct {
	index  int // in the configuration
	number int // in the ids of its orders: the same for the life of the journal
	name   string
	desk   *engine.Desk
	orders
	fresh   bool         // no state was restored: what the broker holds is older than the journal
	absent  bool         // the broker does not have it
	missed  bool         // and people were told
	told    engine.Money // cash, as the broker last told it; 0 = never
	funded  bool         // the Desk knows what cash the broker says there is
	pnl     moneyMarks
	strange map[string]string // positions in instruments nobody configured, as last told
	mode    engine.Mode
	high    engine.Money // the highest equity since highAt
	highAt  engine.Time  // when the program began, or was told the cash
	chase
}

type timer struct {
	at      engine.Time
	id      uint64
	account *account
}

type deed struct {
	account *account
	event   engine.Event
}

// Stats counts what a person may want to know.
type Stats struct {
	Frames, Quotes, BadFrames, BadQuotes, Unknown uint64
	Calls, Questions, Refused, Lost               uint64
	Denials, Fills                                uint64
	FillDelay                                     time.Duration // sum over fills: from the last moment the order was known not to have them
	FillDelayMax                                  time.Duration // the longest of these
	Audits, Differences                           uint64
}

// New returns a Core that waits for Begin.
func New(c Config) *Core {
	core := &Core{cfg: c, timing: c.Timing.orDefault(), dec: bridge.NewDecoder(c.Universe), now: engine.NoTime, next: len(c.Accounts), linkAt: engine.NoTime, rollAt: engine.NoTime, linkWhy: "connecting", hash: engine.NewHash()}
	core.feeds.init(c.Universe.Len())
	for n, a := range c.Accounts {
		x := &account{index: n, number: n, name: a.Name, fresh: true, high: math.MinInt64, highAt: engine.NoTime, orders: newOrders(), pnl: newMoneyMarks(), strange: map[string]string{}}
		x.desk = engine.NewDesk(engine.DeskConfig{
			Universe: c.Universe, Gate: a.Gate, Cash: a.Cash, Calendar: a.Calendar, EntryWait: a.EntryWait,
		})
		x.desk.TellPnL(pnlPace)
		core.accounts = append(core.accounts, x)
	}
	core.muster()
	return core
}

// Step takes one input and returns what is to be done, valid until the next Step.
// Time does not go back: an older input happens at the time of the newest (see pace).
func (c *Core) Step(in *Input) []Output {
	c.out, c.arena = c.out[:0], c.arena[:0]
	c.tick(in.At)
	if in.Kind == Begin {
		c.begin(in.Data)
		return c.outputs()
	}
	if !c.began {
		return nil
	}
	if in.Kind == LinkDown { // before anything that is due is sent into it
		c.take(in)
		in = &Input{}
	}
	if c.starving() {
		c.ask()
	}
	c.fire()
	c.take(in)
	c.expire()
	c.ask()
	return c.outputs()
}

func (c *Core) take(in *Input) {
	switch in.Kind {
	case LinkUp:
		c.linkUp()
	case LinkDown:
		c.linkDown(in.Text)
	case Frame:
		c.onFrame(in.Data)
	case FromWorker:
		c.fromWorker(in)
	case WorkerLost:
		c.workerLost(in)
	case Operator:
		c.operator(in)
	}
}

// Hash digests every decision so far: what the desks did and what was written.
func (c *Core) Hash() engine.Hash {
	h := c.hash
	for _, a := range c.accounts {
		h.Word(uint64(a.desk.Hash()))
	}
	return h
}

// Stats is what was counted since the run began.
func (c *Core) Stats() Stats { return c.stats }

// Desk is the desk of an account, to read.
func (c *Core) Desk(account int) *engine.Desk { return c.accounts[account].desk }

// step steps an account's Desk and carries out what it says. What follows from
// that happens after it, in order.
func (c *Core) step(a *account, e engine.Event) {
	if c.busy {
		c.later = append(c.later, deed{a, e})
		return
	}
	c.busy = true
	c.carryOut(a, a.desk.Step(e))
	for len(c.later) > 0 {
		d := c.later[0]
		c.later = c.later[1:]
		c.carryOut(d.account, d.account.desk.Step(d.event))
	}
	c.busy = false
}

func (c *Core) carryOut(a *account, commands []engine.Command) {
	for _, cmd := range commands {
		switch cmd := cmd.(type) {
		case *engine.Publish:
			c.publish(a, cmd.Quote)
		case *engine.Send:
			c.send(a, cmd)
		case *engine.Update:
			a.follow(cmd)
			c.remember(a, cmd)
			c.publish(a, cmd)
		case *engine.PnL:
			c.publish(a, cmd)
		case *engine.Snapshot:
			c.publish(a, cmd)
		case *engine.SetTimer:
			c.setTimer(timer{cmd.At, cmd.ID, a})
		}
	}
	a.high = max(a.high, a.desk.Book().Balance().Equity)
}

func (c *Core) setTimer(t timer) {
	i := len(c.timers)
	for i > 0 && c.timers[i-1].at > t.at {
		i--
	}
	c.timers = append(c.timers, timer{})
	copy(c.timers[i+1:], c.timers[i:])
	c.timers[i] = t
}

// fire hands the timers over that are due.
func (c *Core) fire() {
	for len(c.timers) > 0 && c.timers[0].at <= c.now {
		t := c.timers[0]
		c.timers = append(c.timers[:0], c.timers[1:]...)
		c.step(t.account, &engine.TimerFired{At: c.now, ID: t.id})
	}
}

// Wake is when the Core wants a Tick if nothing else happens before; NoTime = never.
func (c *Core) Wake() engine.Time {
	wake := engine.NoTime
	sooner := func(t engine.Time) {
		if t != engine.NoTime && (wake == engine.NoTime || t < wake) {
			wake = t
		}
	}
	if len(c.timers) > 0 {
		sooner(c.timers[0].at)
	}
	if len(c.pending) > 0 {
		sooner(c.pending[0].deadline)
	}
	if c.phase != down {
		sooner(c.nextQuestionAt())
	}
	if wake != engine.NoTime && wake <= c.now {
		wake = c.now + 1
	}
	return wake
}

// report tells an account's Desk about one of its orders.
func (c *Core) report(a *account, r engine.Report) {
	r.At = c.now
	c.step(a, &r)
}

func (c *Core) fromWorker(in *Input) {
	if in.Account < 0 || in.Account >= len(c.accounts) {
		return
	}
	e, err := engine.ParseEvent(in.Data)
	if err != nil {
		c.note(fmt.Sprintf("a message of the worker of %s is not valid: %v", c.accounts[in.Account].name, err))
		return
	}
	switch e := e.(type) {
	case *engine.Intent:
		e.At = c.now
		c.step(c.accounts[in.Account], e)
	case *engine.Resync:
		e.At = c.now
		c.step(c.accounts[in.Account], e)
	default:
		c.note(fmt.Sprintf("a worker of %s sent a %T: dropped", c.accounts[in.Account].name, e))
	}
}
