package broker

import (
	"strings"
	"time"

	"tollgate/engine"
)

// conn is a WebSocket connection, or a REST request that waits for its answer.
type conn struct {
	id         ConnID
	rest       bool
	violations int // refusals in a row; an accepted call ends the row
	management window
	names      []subscription
	pnlEvery   time.Duration // 0 = off
	pnlNext    engine.Time   // market time
}

// subscription is a name as it was asked for. The instrument may become known
// only when the feed reaches it.
type subscription struct {
	name   string
	id     engine.InstrumentID
	known  bool
	failed int // length of the universe when the name was last not found, plus one
}

// Message is a frame of a client, taken apart.
type Message struct {
	Bad         string // why it could not be read; empty = it could
	Size        int    // bytes of the frame
	Action      string
	API         string
	ID          string
	Args        Args
	Instruments []string
	Enabled     bool
	Interval    int64 // milliseconds; 0 = not given
}

// defaultPnL is the pace of P&L updates when none was asked for; the vendor names
// only the minimum.
const defaultPnL = time.Second

const minPnL = time.Second

// Upgrade judges an attempt to connect. Its status is 101 and its id the new
// connection's, or it is the refusal: 401 wrong key, 403 the plan, 429 too many
// attempts of this address, 503 a restart under way. The newest connection wins:
// the one before is among the outs, to be closed.
func (b *Broker) Upgrade(now Now, bearer, remote string) (ConnID, int, []Out) {
	b.step(now)
	b.tally.upgrade(b.now.Limit)
	if status := b.mayUpgrade(b.window(remote), bearer); status != 101 {
		b.tally.refusedUpgrades++
		return 0, status, b.take()
	}
	b.closeConn(Close, 1008, b.takeoverReason())
	b.lastConn++
	b.conn = &conn{id: b.lastConn, management: window{limit: ManagementLimit, span: time.Minute}}
	if d := b.quirks.SilentAfter; d > 0 {
		id := b.conn.id
		b.after(int64(d), func() { b.silence(id) })
	}
	return b.conn.id, 101, b.take()
}

// window is that of an address's upgrades. When MaxAddresses have one, those that
// have made no attempt for a minute are forgotten; with that many in one minute
// everybody new is refused.
func (b *Broker) window(remote string) *window {
	if w := b.upgrades[remote]; w != nil {
		return w
	}
	if len(b.upgrades) >= MaxAddresses {
		for name, w := range b.upgrades { // map order: each is looked at by itself
			if w.prune(b.now.Limit); len(w.times) == 0 {
				delete(b.upgrades, name)
			}
		}
	}
	w := &window{limit: UpgradeLimit, span: time.Minute}
	if len(b.upgrades) >= MaxAddresses {
		return &window{}
	}
	b.upgrades[remote] = w
	return w
}

func (b *Broker) mayUpgrade(w *window, bearer string) int {
	switch {
	case !w.allow(b.now.Limit):
		return 429
	case b.now.Limit < b.downUntil:
		return 503
	}
	return b.authorize(bearer)
}

// authorize judges a bearer token: 101 = welcome.
func (b *Broker) authorize(bearer string) int {
	switch {
	case bearer == "" || b.config.Token != "" && bearer != b.config.Token:
		return 401
	case b.quirks.PlanRefused:
		return 403
	}
	return 101
}

func (b *Broker) takeoverReason() string {
	return cmpOr(b.quirks.TakeoverReason, "Session active elsewhere.")
}

// closeConn ends the connection, if there is one.
func (b *Broker) closeConn(kind OutKind, code int, reason string) {
	if b.conn == nil {
		return
	}
	b.emit(Out{Conn: b.conn.id, Kind: kind, Code: code, Reason: reason})
	b.conn = nil
}

// closeAs closes by the words of a quirk: a code, or "drop".
func (b *Broker) closeAs(how, otherwise, reason string) {
	switch cmpOr(how, otherwise) {
	case "drop":
		b.closeConn(Drop, 0, "")
	case "1001":
		b.closeConn(Close, 1001, reason)
	case "1011":
		b.closeConn(Close, 1011, reason)
	default:
		b.closeConn(Close, 1012, reason)
	}
}

// silence makes a connection half-open: it stays, and nothing comes of it.
func (b *Broker) silence(id ConnID) {
	if b.conn != nil && b.conn.id == id {
		b.emit(Out{Conn: id, Kind: Silence})
		b.conn = nil
	}
}

// Closed says that a connection has ended on the client's side.
func (b *Broker) Closed(now Now, id ConnID) []Out {
	b.step(now)
	if b.conn != nil && b.conn.id == id {
		b.conn = nil
	}
	return b.take()
}

// Receive takes a frame of a connection. One of a connection that has been closed
// is ignored.
func (b *Broker) Receive(now Now, id ConnID, m Message) []Out {
	b.step(now)
	c := b.conn
	if c == nil || c.id != id {
		return b.take()
	}
	switch {
	case b.quirks.MaxMessage > 0 && m.Size > b.quirks.MaxMessage:
		b.closeConn(Close, 1009, "Message too big")
	case m.Bad != "":
		b.badFrame(m.Bad)
	case m.Action == "rpc":
		b.rpc(c, m)
	case m.Action == "subscribe" || m.Action == "unsubscribe" || m.Action == "streamPnl":
		b.manage(c, m)
	case m.Action == "ping":
		b.ping(c)
	default:
		b.badFrame("unknown action " + m.Action)
	}
	return b.take()
}

func (b *Broker) badFrame(why string) {
	b.tally.badFrames++
	switch b.quirks.BadFrame {
	case "1003":
		b.closeConn(Close, 1003, why)
	case "1008":
		b.closeConn(Close, 1008, why)
	default:
		b.say(b.conn, obj("error", why))
	}
}

// say writes a frame to a connection.
func (b *Broker) say(c *conn, o Object) {
	if c == nil || c.rest || b.conn == nil || b.conn.id != c.id {
		return
	}
	b.emit(Out{Conn: c.id, Kind: Text, Data: o.AppendJSON(nil)})
}

func (b *Broker) ping(c *conn) {
	if b.quirks.PingCosts && !b.bucket.take(b.now.Limit) {
		b.violation(c, b.rateError())
		return
	}
	if b.quirks.Acks {
		b.say(c, obj("type", "pong"))
	}
}

// violation answers a refusal by a limit and closes the link at the eleventh in a row.
func (b *Broker) violation(c *conn, frame Object) {
	b.tally.violations++
	c.violations++
	b.tally.longestRow = max(b.tally.longestRow, c.violations)
	b.say(c, frame)
	if c.violations > MaxViolations && b.conn == c {
		b.tally.abuseCloses++
		b.closeConn(Close, 1008, "Rate limit abuse")
	}
}

// rateError is the body of a refusal by a limit.
func (b *Broker) rateError() Object {
	switch b.quirks.RateError {
	case "sentence":
		return obj("error", "API rate limit exceeded, please slow down")
	case "coded":
		return obj("success", false, "error", "rate limit exceeded", "detail", "Too many requests")
	}
	return obj("error", "Rate limit exceeded")
}

// manage does what is free of the budget but has a limit of its own.
func (b *Broker) manage(c *conn, m Message) {
	b.tally.management++
	if !c.management.allow(b.now.Limit) {
		b.tally.managementRefused++
		if b.quirks.ManagementViolations == "separate" {
			b.say(c, b.rateError())
		} else {
			b.violation(c, b.rateError())
		}
		return
	}
	if why := b.managed(c, m); why != "" {
		b.say(c, obj("error", why))
		return
	}
	c.violations = 0
	if b.quirks.Acks {
		b.say(c, obj("type", "ack", "action", m.Action))
	}
}

// managed carries the message out, or says why not.
func (b *Broker) managed(c *conn, m Message) string {
	if m.Action == "streamPnl" {
		return b.managePnL(c, m)
	}
	if len(m.Instruments) == 0 {
		return "instruments is required"
	}
	if n := b.quirks.MaxInstruments; n > 0 && len(m.Instruments) > n {
		return "too many instruments in one message"
	}
	for _, name := range m.Instruments {
		c.drop(name)
		if m.Action == "subscribe" && len(c.names) < MaxSubscribed {
			c.names = append(c.names, subscription{name: name})
		}
	}
	if m.Action == "subscribe" {
		b.nextSnap = max(b.nextSnap, b.now.Market)
	}
	return ""
}

func (b *Broker) managePnL(c *conn, m Message) string {
	every := time.Duration(m.Interval) * time.Millisecond
	switch {
	case !m.Enabled:
		c.pnlEvery = 0
		return ""
	case m.Interval == 0:
		every = defaultPnL
	case m.Interval < 0 || every < minPnL || m.Interval > int64(24*time.Hour/time.Millisecond):
		return "interval must be at least 1000 milliseconds"
	}
	c.pnlEvery, c.pnlNext = every, b.now.Market.Add(every)
	return ""
}

// drop ends a subscription, by the name it was made with in any case.
func (c *conn) drop(name string) {
	for i, s := range c.names {
		if strings.EqualFold(s.name, name) {
			c.names = append(c.names[:i], c.names[i+1:]...)
			return
		}
	}
}
