package broker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// rig is a broker with two instruments, two accounts and a clock in the test's hand.
type rig struct {
	t    testing.TB
	b    *Broker
	now  Now
	conn ConnID
	outs []Out // of the last call
	n    int
}

var monday = engine.TimeOf(time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC))

// newRig makes a rig with quirks, connected, after a first quote of 5000.00/5000.25.
func newRig(t testing.TB, quirks ...string) *rig {
	t.Helper()
	u := engine.NewUniverse()
	for _, key := range []string{"ES 12-26", "NQ 12-26"} {
		spec := engine.Spec{Root: key[:2], Tick: 250_000_000, PointValue: decimal.NewFromInt(50), Fee: engine.Dollars(2)}
		if _, err := u.Add(key, spec); err != nil {
			t.Fatal(err)
		}
	}
	c := Config{
		Universe: u, Seed: 7, Token: "right",
		Accounts: []AccountConfig{{"Sim101", engine.Dollars(100_000)}, {"Sim102", engine.Dollars(50_000)}},
		Start:    Now{monday, monday},
	}
	for _, q := range quirks {
		if err := c.Quirks.Set(q); err != nil {
			t.Fatal(err)
		}
	}
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, b: b, now: c.Start}
	r.quote(5000, 0)
	r.connect()
	return r
}

// connect upgrades.
func (r *rig) connect() int {
	id, status, outs := r.b.Upgrade(r.now, "right", "10.0.0.1")
	r.outs = outs
	if status == 101 {
		r.conn = id
	}
	return status
}

// wait lets both clocks go on.
func (r *rig) wait(d time.Duration) []Out {
	r.now = Now{r.now.Market.Add(d), r.now.Limit.Add(d)}
	r.outs = r.b.Advance(r.now)
	return r.outs
}

// quote states a book around a price, one tick wide and five deep.
func (r *rig) quote(points float64, id engine.InstrumentID) []Out {
	p := engine.Price(points * 4)
	r.outs = r.b.Quote(r.now.Limit, &engine.Quote{
		At: r.now.Market, Instrument: id, Kind: engine.QuoteChange, Bid: p, Ask: p + 1, Last: p,
		BidSize: 5, AskSize: 5, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	})
	return r.outs
}

// send hands a message over as it is written on the wire.
func (r *rig) send(m Message) []Out {
	r.outs = r.b.Receive(r.now, r.conn, m)
	return r.outs
}

func args(t testing.TB, text string) Args {
	t.Helper()
	a := Args{}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&a); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return a
}

// raw makes a call and returns the data of its reply as text; empty = none came.
func (r *rig) raw(api, text string) string {
	r.t.Helper()
	r.n++
	id := fmt.Sprint("c", r.n)
	for _, o := range r.send(Message{Action: "rpc", API: api, ID: id, Args: args(r.t, text)}) {
		var f struct {
			ID   string
			Data json.RawMessage
		}
		if o.Kind == Text && json.Unmarshal(o.Data, &f) == nil && f.ID == id {
			return string(f.Data)
		}
	}
	return ""
}

// call makes a call, waiting for a token first, and returns the data of its reply.
func (r *rig) call(api, text string) map[string]any {
	r.t.Helper()
	r.now.Limit += engine.Time(time.Second)
	return object(r.t, r.raw(api, text))
}

func object(t testing.TB, text string) map[string]any {
	t.Helper()
	if text == "" {
		return nil
	}
	m := map[string]any{}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return m
}

// place places an order in the first account and returns the reply.
func (r *rig) place(own, action, kind string, qty int, more string) map[string]any {
	r.t.Helper()
	return r.call("PlaceOrder", fmt.Sprintf(`{"account":"Sim101","instrument":"ES 12-26","action":%q,"quantity":%d,"orderType":%q,"timeInForce":"GTC","orderId":%q%s}`,
		action, qty, kind, own, more))
}

// state is the state of an order by its own id.
func (r *rig) state(own string) string {
	r.t.Helper()
	if o := r.b.find(own); o != nil {
		return o.state
	}
	return "none"
}

func (r *rig) fault(text string) []Out {
	r.t.Helper()
	outs, err := r.b.Fault(r.now, text)
	if err != nil {
		r.t.Fatal(err)
	}
	r.outs = outs
	return outs
}

// frames are the text frames among outs, decoded.
func (r *rig) frames(outs []Out) []map[string]any {
	r.t.Helper()
	var list []map[string]any
	for _, o := range outs {
		if o.Kind == Text {
			list = append(list, object(r.t, string(o.Data)))
		}
	}
	return list
}

// text is every frame of outs in one string.
func text(outs []Out) string {
	var b strings.Builder
	for _, o := range outs {
		fmt.Fprintf(&b, "%d %s %d %s\n", o.Kind, o.Data, o.Code, o.Reason)
	}
	return b.String()
}

// ended is how outs end the connection: "1008 reason", "drop", "silence" or "".
func ended(outs []Out) string {
	for _, o := range outs {
		switch o.Kind {
		case Close:
			return fmt.Sprintf("%d %s", o.Code, o.Reason)
		case Drop:
			return "drop"
		case Silence:
			return "silence"
		}
	}
	return ""
}

func (r *rig) subscribe(names ...string) []Out {
	return r.send(Message{Action: "subscribe", Instruments: names})
}

// line is values with spaces between them.
func line(values ...any) string { return strings.TrimSpace(fmt.Sprintln(values...)) }
