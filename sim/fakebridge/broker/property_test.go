package broker

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
)

// history is a random run: what is drawn is a list of steps, so that the same list
// can be run twice.
type history struct {
	quirks []string
	steps  []string
}

var anyQuirks = []string{
	"partial-fills=1", "partial-fills=2", "order-latency=400ms", "reply-delay=700ms", "duplicate-id=second", "async-reject", "off-tick=round",
	"off-tick=reject", "push-events", "reassign-ids", "lose-reply=3", "quote-pace=change", "management-violations=separate", "acks", "quote-fields=partial",
}

func drawHistory(t *rapid.T) history {
	h := history{quirks: rapid.SliceOfNDistinct(rapid.SampledFrom(anyQuirks), 0, 4, rapid.ID).Draw(t, "quirks")}
	step := rapid.Custom(func(t *rapid.T) string {
		id := rapid.IntRange(1, 6).Draw(t, "id")
		off := rapid.IntRange(-12, 12).Draw(t, "off")
		price := 5000 + float64(off)/4
		switch rapid.IntRange(0, 11).Draw(t, "kind") {
		case 0, 1, 2:
			kind := rapid.SampledFrom([]string{"MARKET", "LIMIT", "STOPMARKET", "STOPLIMIT"}).Draw(t, "type")
			return fmt.Sprintf(`PlaceOrder {"account":"Sim101","instrument":"ES 12-26","action":%q,"quantity":%d,"orderType":%q,"timeInForce":"GTC","limitPrice":%g,"stopPrice":%g,"orderId":"own%d"%s}`,
				rapid.SampledFrom([]string{"BUY", "SELL"}).Draw(t, "side"), rapid.IntRange(1, 7).Draw(t, "qty"), kind, price, price, id,
				rapid.SampledFrom([]string{"", `,"ocoId":"g1"`, `,"ocoId":"g2"`}).Draw(t, "oco"))
		case 3:
			return fmt.Sprintf(`Cancel {"account":"Sim101","orderId":"own%d"}`, id)
		case 4:
			return fmt.Sprintf(`Change {"account":"Sim101","orderId":"own%d","quantity":%d,"limitPrice":%g,"stopPrice":%g}`, id, rapid.IntRange(1, 7).Draw(t, "qty"), price, price)
		case 5:
			return rapid.SampledFrom([]string{"FlattenEverything", "CancelAllOrders", "GetAllOrders", "GetAllPositions", "GetAccountSummary"}).Draw(t, "api") + " {}"
		case 6:
			return "fault " + rapid.SampledFrom([]string{"lose-reply=1", "lose-call=1", "reject-later=1", "delay=1s:2", "refuse=2", "drain=5", "partial=1", "partial=0", "addon-off", "addon-on", "takeover", "fail=1", "silent@1s", "drop@call=9"}).Draw(t, "fault")
		case 7:
			return "connect"
		case 8:
			return fmt.Sprint("wait ", time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms"))*time.Millisecond)
		}
		return fmt.Sprint("quote ", price)
	})
	h.steps = rapid.SliceOfN(step, 1, 80).Draw(t, "steps")
	return h
}

// play runs a history and returns everything that came out of it.
func (h *history) play(t testing.TB, check func(r *rig)) string {
	r := newRig(t, h.quirks...)
	var log strings.Builder
	for _, s := range h.steps {
		word, rest, _ := strings.Cut(s, " ")
		switch word {
		case "fault":
			r.fault(rest)
		case "connect":
			if r.connect() == 101 {
				r.subscribe("ES 12-26")
			}
		case "wait":
			d, _ := time.ParseDuration(rest)
			r.wait(d)
		case "quote":
			var p float64
			_, _ = fmt.Sscan(rest, &p)
			r.quote(p, 0)
		default:
			r.raw(word, rest)
		}
		log.WriteString(text(r.outs))
		check(r)
	}
	l, _ := json.Marshal(r.b.Ledger())
	return log.String() + string(l)
}

// audit checks what must hold after every step.
func audit(t *rapid.T, r *rig, ends map[*order]string) {
	b := r.b
	a := b.accounts[0]
	var position engine.Qty
	var flow engine.Money
	in := b.universe.Get(0)
	for _, x := range b.execs {
		position += x.qty * engine.Qty(x.order.terms.Side)
		flow -= in.Value(x.price, x.qty*engine.Qty(x.order.terms.Side)) + x.fee
	}
	h := a.holding(0)
	if position != h.position || a.cash()-a.start != flow+h.cost {
		t.Fatalf("executions make %d and %s, the account has %d and %s with cost %s", position, flow, h.position, a.cash()-a.start, h.cost)
	}
	for _, o := range b.orders {
		var filled engine.Qty
		for _, x := range o.fills {
			filled += x.qty
		}
		switch was := ends[o]; {
		case filled != o.filled || o.filled > o.terms.Qty && o.state != stateCancelled:
			t.Fatalf("order %s: filled %d of %d, executions %d", o.own, o.filled, o.terms.Qty, filled)
		case (o.state == stateFilled) != (o.filled == o.terms.Qty) && o.state != stateCancelled:
			t.Fatalf("order %s is %s with %d of %d", o.own, o.state, o.filled, o.terms.Qty)
		case was != "" && was != o.state:
			t.Fatalf("order %s was %s and is %s", o.own, was, o.state)
		case o.terminal() && o.child != 0:
			t.Fatalf("order %s is %s and still at the venue", o.own, o.state)
		case o.terminal():
			ends[o] = o.state
		}
	}
	if k := &b.bucket; k.level < 0 || k.level > k.full || k.lowest < 0 {
		t.Fatalf("bucket %d", k.level)
	}
	if b.conn != nil && b.conn.violations > MaxViolations {
		t.Fatalf("%d violations and still connected", b.conn.violations)
	}
}

// TestRandomHistories: the books balance after every step, what has ended stays
// ended, the same history makes the same bytes, and a broker that was just let
// advance has nothing to do at once.
func TestRandomHistories(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		ends := map[*order]string{}
		first := h.play(t, func(r *rig) {
			audit(rt, r, ends)
			r.b.Advance(r.now)
			if next := r.b.Next(); next.Market != engine.NoTime && next.Market <= r.now.Market || next.Limit != engine.NoTime && next.Limit <= r.now.Limit {
				rt.Fatalf("at %v it wants to be called at %v", r.now, next)
			}
		})
		second := h.play(t, func(r *rig) { r.b.Advance(r.now) })
		if first != second {
			rt.Fatal("the same history made other bytes")
		}
	})
}

// TestCallsNeverBeatTheBudget: over any stretch no more calls are executed than
// burst and rate allow.
func TestCallsNeverBeatTheBudget(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := newRig(t)
		var at []time.Duration
		for range rapid.IntRange(1, 150).Draw(rt, "calls") {
			r.wait(time.Duration(rapid.IntRange(0, 400).Draw(rt, "ms")) * time.Millisecond)
			if _, outs := r.b.Request(r.now, "right", "GetAllOrders", nil); outs[0].Status == 200 {
				at = append(at, r.now.Limit.Sub(monday))
			}
		}
		for i := range at {
			for j := i; j < len(at); j++ {
				if n := j - i + 1; float64(n) > 20+3*(at[j]-at[i]).Seconds()+1e-6 {
					rt.Fatalf("%d calls between %s and %s", n, at[i], at[j])
				}
			}
		}
	})
}

// FuzzArgs: no arguments make a call panic or keep silent.
func FuzzArgs(f *testing.F) {
	for i, s := range []string{
		`{}`, `{"account":"Sim101","instrument":"ES 12-26","action":"BUY","quantity":1,"orderType":"LIMIT","timeInForce":"DAY","limitPrice":5000.25}`,
		`{"account":[1],"instrument":{"a":null},"quantity":1e400}`, `{"account":"Sim101","orderId":"x","limit":-5}`,
		`{"account":"Sim101","instrument":"ES","percent":0.5,"from":"2026-01-01T00:00:00Z"}`, `{"instrument":",,","limitPrice":"1e-40"}`,
	} {
		f.Add(uint8(i), s)
	}
	f.Fuzz(func(t *testing.T, n uint8, text string) {
		var a map[string]any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if d.Decode(&a) != nil {
			return
		}
		api := APIs()[int(n)%len(APIs())]
		r := bought(newRig(t))
		outs := r.send(Message{Action: "rpc", API: api, ID: "1", Args: a})
		if len(r.frames(outs)) != 1 {
			t.Errorf("%s %s: %v", api, text, outs)
		}
	})
}
