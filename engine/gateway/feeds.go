package gateway

import (
	"fmt"
	"strings"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// feeds are the subscriptions: what is wanted, and when each last spoke.
type feeds struct {
	last []engine.Time // of the newest quote by instrument, or of the subscription
	sent []engine.Time // the newest management calls, oldest first
	wake engine.Time
	dead []engine.InstrumentID

	lately []lately // prices by instrument
}

// The broker allows about twenty subscriptions a minute; some are left for others.
const (
	maxManaged   = 12
	managedEvery = engine.Time(60_000_000_000)
	pnlInterval  = 1000 // milliseconds, the least the broker takes
)

func (f *feeds) init(n int) {
	f.last = make([]engine.Time, n)
	f.lately = make([]lately, n)
	for i := range f.lately {
		none := span{engine.NoPrice, engine.NoPrice}
		f.lately[i] = lately{now: none, before: none}
	}
	f.wake = engine.NoTime
}

// begin counts the silence of every instrument from now.
func (f *feeds) begin(now engine.Time) {
	for i := range f.last {
		f.last[i] = now
	}
	f.wake = now
}

// manage reports whether one more management call may be made, and counts it.
func (f *feeds) manage(now engine.Time) bool {
	for len(f.sent) > 0 && f.sent[0]+managedEvery <= now {
		f.sent = append(f.sent[:0], f.sent[1:]...)
	}
	if len(f.sent) >= maxManaged {
		return false
	}
	f.sent = append(f.sent, now)
	return true
}

// subscribe asks for the quotes of instruments, in batches the broker takes.
func (c *Core) subscribe(ids []engine.InstrumentID) {
	for len(ids) > 0 {
		n := min(len(ids), bridge.MaxInstruments)
		if !c.feeds.manage(c.now) {
			return // the silence goes on, so they are tried again
		}
		names := make([]string, 0, n)
		for _, id := range ids[:n] {
			names = append(names, c.cfg.Universe.Get(id).Key)
			c.feeds.last[id] = c.now
		}
		c.write(Output{Kind: Write, Account: All}, func(b []byte) []byte { return bridge.AppendSubscribe(b, names) })
		ids = ids[n:]
	}
}

// refeed subscribes again to what has been silent for too long.
func (c *Core) refeed() {
	if c.phase != ready || c.now < c.feeds.wake {
		return
	}
	c.feeds.dead = c.feeds.dead[:0]
	for id := range engine.InstrumentID(len(c.feeds.last)) {
		if c.now.Sub(c.feeds.last[id]) >= c.timing.Quote {
			c.feeds.dead = append(c.feeds.dead, id)
		}
	}
	if len(c.feeds.dead) > 0 {
		c.note(fmt.Sprintf("no quotes of %d instruments, %s among them, for %v: subscribing again",
			len(c.feeds.dead), c.cfg.Universe.Get(c.feeds.dead[0]).Key, c.timing.Quote))
		c.subscribe(c.feeds.dead)
	}
	c.feeds.wake = c.now.Add(c.timing.Quote)
}

// onFrame takes what the broker said.
func (c *Core) onFrame(data []byte) {
	c.stats.Frames++
	if err := c.dec.Decode(data, c.now, &c.frame); err != nil {
		c.stats.BadFrames++
		if c.stats.BadFrames == 1 {
			c.note(fmt.Sprintf("a frame of the broker cannot be read: %v", err))
		}
		return
	}
	c.stats.BadQuotes += uint64(len(c.frame.Faults))
	switch c.frame.Kind {
	case bridge.MarketData:
		for i := range c.frame.Quotes {
			c.onQuote(&c.frame.Quotes[i])
		}
	case bridge.PnL:
		c.onPnL(&c.frame)
	case bridge.ReplyFrame:
		c.onReply(&c.frame.Reply)
	case bridge.ConnectionError:
		c.note("the broker says: " + c.frame.Text)
	default:
		c.hint(c.frame.Text)
	}
}

func (c *Core) onQuote(q *engine.Quote) {
	c.stats.Quotes++
	c.feeds.last[q.Instrument] = c.now
	c.complete(q)
	c.feeds.lately[q.Instrument].add(q, c.now)
	for _, a := range c.accounts {
		c.step(a, q)
		c.reach(a, q)
	}
}

// complete fills in what a quote does not state with what was stated last: the
// broker leaves fields out, and an absent field says nothing.
func (c *Core) complete(q *engine.Quote) {
	if len(c.accounts) == 0 {
		return
	}
	top := c.accounts[0].desk.Book().Top(q.Instrument)
	if q.Bid == engine.NoPrice {
		q.Bid, q.BidSize = top.Bid, top.BidSize
	}
	if q.Ask == engine.NoPrice {
		q.Ask, q.AskSize = top.Ask, top.AskSize
	}
	if q.Last == engine.NoPrice {
		q.Last = top.Last
	}
}

// reach looks for resting orders whose price the market has come to: a fill is likely.
func (c *Core) reach(a *account, q *engine.Quote) {
	for _, t := range a.open {
		o, ok := a.desk.Order(t.id)
		if !ok || o.Terms.Instrument != q.Instrument || t.silent {
			continue
		}
		was := t.reached
		t.reached = reached(&o.Terms, q)
		switch {
		case t.reached && !was:
			t.soon(c.now, c.timing.Recheck)
		case t.reached && (t.due == engine.NoTime || t.due.Sub(c.now) > c.timing.Slow/4):
			t.due = c.now.Add(c.timing.Slow / 4)
		}
	}
}

// reached reports whether an order could have filled, or its stop have gone off, at
// the market of a quote.
func reached(t *engine.Terms, q *engine.Quote) bool {
	past := func(p, level engine.Price) bool { return p.Known() && level.Known() && t.Side.Better(p, level) }
	beyond := func(p, level engine.Price) bool {
		return p.Known() && level.Known() && t.Side.Opposite().Better(p, level)
	}
	near := q.Ask
	if t.Side == engine.Sell {
		near = q.Bid
	}
	switch t.Type {
	case engine.Market:
		return true
	case engine.Limit:
		return past(near, t.Limit) || past(q.Last, t.Limit)
	default:
		return beyond(near, t.Stop) || beyond(q.Last, t.Stop)
	}
}

// hint: a frame of a kind nobody documents may be news of an order when its type
// says so, as in orderUpdate, executionUpdate and positionUpdate. Acknowledgements,
// pongs and whatever else is not worth a token.
func (c *Core) hint(kind string) {
	c.stats.Unknown++
	kind = strings.ToLower(kind)
	if !strings.Contains(kind, "order") && !strings.Contains(kind, "execution") && !strings.Contains(kind, "position") {
		return
	}
	for _, a := range c.accounts {
		c.look(a)
	}
}

// look makes every open order of an account due.
func (c *Core) look(a *account) {
	for _, t := range a.open {
		if !t.silent {
			t.soon(c.now, c.timing.Recheck)
		}
	}
}
