package gateway

import (
	"time"

	"tollgate/engine"
	"tollgate/engine/bridge"
)

// The broker tells every account's profit and loss once a second and asks nothing for
// it. Nobody documents the figures, so no limit rests on them; but a figure that what
// we believe cannot explain, twice in a row, is a reason to ask for orders and
// positions at once: somebody may have traded by hand.

// pnlPace is how often strategies are told of a profit and loss that changed: as in a
// backtest.
const pnlPace = time.Second

// moneyMarks are the account's figures as the broker last told them.
type moneyMarks struct {
	realized, cash engine.Money
	known          bool

	moved engine.Time   // the realised profit changed without a fill that we know of; NoTime = it did not
	odd   bool          // the newest update could not be explained
	pause time.Duration // after a comparison, for such a reason; doubles while the answer is that all is right
	asked engine.Time   // the newest comparison for such a reason began
}

// Patience with figures of a broker that counts otherwise than we do.
const (
	oddPause   = 2 * time.Second // the least pause
	fillLag    = 3 * time.Second // a change of the realised profit belongs to a fill that was booked so long ago
	slackTicks = 2               // a mark may be so far outside what the quotes of late said
)

func newMoneyMarks() moneyMarks {
	return moneyMarks{moved: engine.NoTime, asked: engine.NoTime}
}

// onPnL takes the broker's figures. When realised profit or cash moved, something
// filled, and orders are due.
func (c *Core) onPnL(f *bridge.Frame) {
	for i := range f.Accounts {
		x := &f.Accounts[i]
		a := c.accountNamed(x.Name)
		if a == nil || a.absent {
			continue
		}
		m := &a.pnl
		c.wonder(a, c.fits(a, x))
		if m.known && (x.Realized != m.realized || x.Cash != m.cash) {
			c.look(a)
		}
		m.known, m.realized, m.cash = true, x.Realized, x.Cash
	}
}

// wonder begins a comparison when two updates in a row could not be explained.
func (c *Core) wonder(a *account, fits bool) {
	m, again := &a.pnl, a.pnl.odd
	m.odd = !fits
	switch {
	case c.phase != ready || c.audit.on || c.unsettled(): // it is being asked already
		m.odd = false
	case fits:
		if c.now >= m.asked.Add(m.pause+c.timing.Audit) {
			m.pause = 0
		}
	case again && c.now >= c.audit.next.Add(max(m.pause, oddPause)-c.timing.Audit): // so long after it ended
		m.pause = min(max(2*m.pause, oddPause), c.timing.Audit)
		m.asked, m.moved, m.odd = c.now, engine.NoTime, false
		c.beginAudit()
	}
}

// fits reports whether what we believe explains an update.
func (c *Core) fits(a *account, x *bridge.AccountPnL) bool {
	m := &a.pnl
	if m.known && x.Realized != m.realized && a.filled < c.now.Add(-fillLag) {
		m.moved = c.now
	}
	if a.filled >= m.moved {
		m.moved = engine.NoTime
	}
	return m.moved == engine.NoTime && (!x.Marked || c.explains(a, x.Unrealized))
}

// explains reports whether what the account holds, at the prices of late, can be worth
// what the broker says. The broker's prices are not of the moment of ours, and it may
// mark at the last price or at the other side.
func (c *Core) explains(a *account, told engine.Money) bool {
	if len(a.strange) > 0 {
		return true // it holds what we cannot value
	}
	low, high := engine.Money(0), engine.Money(0)
	for id := range engine.InstrumentID(c.cfg.Universe.Len()) {
		net := a.desk.Book().Net(id)
		if net.Position == 0 {
			continue
		}
		r := c.feeds.lately[id].both()
		if !r.low.Known() {
			return true
		}
		in := c.cfg.Universe.Get(id)
		x, y := net.Unrealized(r.low-slackTicks, in), net.Unrealized(r.high+slackTicks, in)
		low, high = low+min(x, y), high+max(x, y)
	}
	return low <= told && told <= high
}

// span is the lowest and the highest of some prices.
type span struct{ low, high engine.Price }

func (s *span) add(prices ...engine.Price) {
	for _, p := range prices {
		switch {
		case !p.Known():
		case !s.low.Known():
			s.low, s.high = p, p
		default:
			s.low, s.high = min(s.low, p), max(s.high, p)
		}
	}
}

// lately are the prices of an instrument in the newest spanTime to twice that.
type lately struct {
	now, before span
	since       engine.Time // the newest begins
}

const spanTime = 2 * time.Second

func (l *lately) add(q *engine.Quote, now engine.Time) {
	if now >= l.since.Add(spanTime) {
		l.before, l.now, l.since = l.now, span{engine.NoPrice, engine.NoPrice}, now
	}
	l.now.add(q.Bid, q.Ask, q.Last)
}

func (l *lately) both() span {
	s := l.now
	s.add(l.before.low, l.before.high)
	return s
}
