package gateway

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tollgate/engine"

	"github.com/shopspring/decimal"
)

// stateVersion is of the form below; another version's state cannot be taken over.
const stateVersion = 1

// state is what one run hands to the next, in the journal's Begin.
type state struct {
	Version  int
	Prefix   string
	At       engine.Time
	Ready    bool // it was trading
	Tokens   int64
	TokensAt engine.Time
	Timers   []timerState // by time
	Accounts []accountState
	Next     int `json:",omitempty"` // number of the next account that is new to the journal; 0 = they are numbered as listed
	// Specs are what prices and amounts were counted in; of a state without them it is
	// believed that nothing has changed.
	Specs []specState `json:",omitempty"`
}

type specState struct {
	Key   string
	Tick  engine.Nano
	Point decimal.Decimal
}

type timerState struct {
	At      engine.Time
	ID      uint64
	Account int
}

type accountState struct {
	Name   string
	Number int `json:",omitempty"`
	Fresh  bool
	Funded bool
	Mode   engine.Mode
	// Unverified: killed, and the broker has not confirmed yet that it is flat.
	Unverified bool `json:",omitempty"`
	Desk       []byte
	Tickets    []ticketState // oldest first
	Ignored    []string      // sorted
}

type ticketState struct {
	ID       engine.OrderID
	Own      string
	Broker   string
	Filled   engine.Qty
	Notional int64
	Ended    bool
}

// State is everything the next run needs to go on where this one stands.
func (c *Core) State() []byte {
	s := state{Version: stateVersion, Prefix: c.cfg.Prefix, At: c.now, Ready: c.phase == ready, Next: c.next}
	s.Tokens, s.TokensAt = c.cfg.Budget.Level()
	for id := range engine.InstrumentID(c.cfg.Universe.Len()) {
		in := c.cfg.Universe.Get(id)
		s.Specs = append(s.Specs, specState{in.Key, in.Tick, in.Point})
	}
	for _, t := range c.timers {
		s.Timers = append(s.Timers, timerState{t.at, t.id, t.account.index})
	}
	for _, a := range c.accounts {
		x := accountState{Name: a.name, Number: a.number, Fresh: a.fresh, Funded: a.funded, Mode: a.mode, Unverified: a.unverified, Desk: a.desk.AppendState(nil)}
		for _, list := range [][]*ticket{a.past, a.open} {
			for _, t := range list {
				x.Tickets = append(x.Tickets, ticketState{t.id, t.own, t.broker, t.filled, t.notional, t.ended})
			}
		}
		for id := range a.ignored {
			x.Ignored = append(x.Ignored, id)
		}
		slices.Sort(x.Ignored)
		s.Accounts = append(s.Accounts, x)
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // it is made of numbers and texts
	}
	return b
}

// begin begins a run: with the state of the run before, or afresh. Calls that had
// no answer when that run ended are in doubt now.
func (c *Core) begin(data []byte) {
	c.began = true
	if len(data) > 0 {
		if err := c.restore(data); err != nil {
			c.cfg.Prefix += "x" + strconv.FormatInt(int64(c.now)/1e9, 36) // orders are numbered from 1 again: no id is used twice
			c.alarm(fmt.Sprintf("the state of the run before cannot be taken over: %v; what the broker holds is adopted instead, and the session's profit and loss counts from now", err))
		}
	}
	for n, a := range c.accounts {
		a.high = max(a.high, a.desk.Book().Balance().Equity)
		if a.highAt == engine.NoTime {
			a.highAt = c.now
		}
		for _, m := range c.cfg.Accounts[n].Members {
			if _, ok := a.desk.Find(m.Name, m.Instrument); !ok {
				a.desk.Join(m)
			}
		}
		if !c.compared { // else this is a checkpoint, and they were told
			c.tellForsaken(a, c.cfg.Accounts[n].Members)
		}
		if c.phase != ready {
			c.tellLink(a, engine.LinkDown, "connecting")
		}
		for _, t := range slices.Clone(a.open) {
			t.since, t.looked = c.now, c.now
			if o, ok := a.desk.Order(t.id); ok && o.State != engine.Working && o.State != engine.PartFilled {
				c.doubt(a, t, "the program stopped before the broker answered")
			}
		}
	}
}

// tellForsaken says what strategies hold that are not configured any more.
func (c *Core) tellForsaken(a *account, configured []engine.Member) {
	for id, m := range a.desk.Members() {
		if m.Name == engine.Manual || slices.Contains(configured, m) {
			continue
		}
		open := 0
		for _, o := range a.desk.Book().Open(m.Instrument) {
			if o.Strategy == engine.StrategyID(id) {
				open++
			}
		}
		if held := a.desk.Holding(engine.StrategyID(id)).Position; held != 0 || open > 0 {
			c.alarm(fmt.Sprintf("strategy %s is not configured any more on %s of %s, holds %+d there, open orders %d: no script looks after them; tollgate flatten closes them",
				m.Name, c.cfg.Universe.Get(m.Instrument).Key, a.name, held, open))
		}
	}
}

func (c *Core) restore(data []byte) error {
	var s state
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	if s.Version != stateVersion {
		return fmt.Errorf("it is of version %d, this program writes %d", s.Version, stateVersion)
	}
	c.renumber(&s)
	other := c.otherwise(&s)
	for i := range s.Accounts {
		a := c.accountNamed(s.Accounts[i].Name)
		if a == nil {
			c.alarm(fmt.Sprintf("account %s was traded before and is not configured now: its orders and positions are not watched", s.Accounts[i].Name))
			continue
		}
		if err := a.restore(&s.Accounts[i], other); err != nil {
			return fmt.Errorf("account %s: %w", a.name, err)
		}
		for _, t := range s.Timers {
			if t.Account == i {
				c.setTimer(timer{t.At, t.ID, a})
			}
		}
	}
	c.cfg.Budget.SetLevel(s.Tokens, s.TokensAt)
	c.now = max(c.now, s.At)
	if s.Ready {
		c.phase, c.linkWhy = ready, ""
		c.audit.next = c.now.Add(c.timing.Audit)
		if slices.ContainsFunc(c.accounts, func(a *account) bool { return a.unverified }) {
			c.audit.next = c.now
		}
		c.feeds.begin(c.now)
		for _, a := range c.accounts {
			a.absent = !a.desk.Book().Linked() // it traded, this one excepted
		}
		if c.muster(); len(c.there) < len(c.accounts) {
			c.rollAt = c.now
		}
	}
	return nil
}

// renumber gives accounts the numbers they have in the ids of their orders, wherever
// they stand in the configuration now.
func (c *Core) renumber(s *state) {
	if s.Next == 0 {
		for i := range s.Accounts {
			s.Accounts[i].Number = i
		}
		s.Next = len(s.Accounts)
	}
	c.cfg.Prefix, c.next = s.Prefix, s.Next
	for _, a := range c.accounts {
		i := slices.IndexFunc(s.Accounts, func(x accountState) bool { return strings.EqualFold(x.Name, a.name) })
		if i >= 0 {
			a.number = s.Accounts[i].Number
		} else {
			a.number = c.next
			c.next++
		}
	}
}

// otherwise names the instruments whose tick or point value is not what it was in the
// run before, and says so where that run left something in them.
func (c *Core) otherwise(s *state) (other []string) {
	for _, x := range s.Specs {
		id, ok := c.cfg.Universe.Lookup(x.Key)
		if !ok {
			continue
		}
		in := c.cfg.Universe.Get(id)
		if in.Tick == x.Tick && in.Point.Equal(x.Point) {
			continue
		}
		other = append(other, x.Key)
		for i := range s.Accounts {
			if used, _ := engine.InUse(s.Accounts[i].Desk); slices.Contains(used, x.Key) {
				c.alarm(fmt.Sprintf("%s: %s had a tick of %s and a point value of %s in the run before and has %s and %s now: what strategies held of it is not theirs any more, what the broker holds is adopted at its prices, and what the session realised stays as it was counted",
					s.Accounts[i].Name, x.Key, nanos(x.Tick), x.Point, nanos(in.Tick), in.Point))
			}
		}
	}
	return other
}

func nanos(n engine.Nano) decimal.Decimal { return decimal.New(int64(n), -9) }

func (a *account) restore(s *accountState, other []string) error {
	if err := a.desk.RestoreState(s.Desk, other...); err != nil {
		return err
	}
	a.fresh, a.funded, a.mode, a.unverified = s.Fresh, s.Funded, s.Mode, s.Unverified
	for _, id := range s.Ignored {
		a.ignored[id] = true
	}
	for _, x := range s.Tickets {
		if _, ok := a.desk.Order(x.ID); !ok && !x.Ended {
			continue // of an instrument that is not configured any more
		}
		t := &ticket{id: x.ID, own: x.Own, broker: x.Broker, filled: x.Filled, notional: x.Notional, ended: x.Ended, due: engine.NoTime, asked: engine.NoTime, since: engine.NoTime, looked: engine.NoTime}
		a.enter(t)
	}
	return nil
}

// InUse names the instruments in which an account of a state holds something or has
// open orders. What cannot be read names none: restoring it will say so.
func InUse(data []byte) []string {
	var s state
	if json.Unmarshal(data, &s) != nil {
		return nil
	}
	var keys []string
	for i := range s.Accounts {
		used, _ := engine.InUse(s.Accounts[i].Desk)
		keys = append(keys, used...)
	}
	return keys
}

// PrefixOf is the prefix of a state, empty when it cannot be read.
func PrefixOf(data []byte) string {
	var s state
	if json.Unmarshal(data, &s) != nil {
		return ""
	}
	return s.Prefix
}
