package broker

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// quirkCase shows one quirk: what show returns without it, and with it.
type quirkCase struct {
	quirk, without, with string
	show                 func(r *rig) string
}

func lastFrame(r *rig, outs []Out) string {
	f := r.frames(outs)
	if len(f) == 0 {
		return "nothing"
	}
	return fmt.Sprint(f[len(f)-1])
}

// streamed subscribes and returns the first snapshot.
func streamed(r *rig) string {
	r.subscribe("es dec26")
	return lastFrame(r, r.wait(time.Second))
}

func said(key string) func(map[string]any) string {
	return func(m map[string]any) string {
		if m == nil {
			return "nothing"
		}
		return fmt.Sprint(m[key])
	}
}

var (
	errorOf   = said("error")
	successOf = said("success")
)

func hasKeys(m map[string]any, keys ...string) string {
	var has []string
	for _, k := range keys {
		if _, ok := m[k]; ok {
			has = append(has, k)
		}
	}
	return strings.Join(has, " ")
}

func account0(r *rig) map[string]any {
	r.send(Message{Action: "streamPnl", Enabled: true})
	for _, f := range r.frames(r.wait(time.Second)) {
		if f["type"] == "pnlUpdate" {
			return f["accounts"].([]any)[0].(map[string]any)
		}
	}
	return nil
}

func bought(r *rig) *rig {
	r.place("b1", "BUY", "MARKET", 2, "")
	return r
}

var pnlKeys = []string{"name", "realizedProfitLoss", "netliq"}

var quirkCases = []quirkCase{
	{"pnl-fields=short", "name realizedProfitLoss", "netliq", func(r *rig) string { return hasKeys(account0(r), pnlKeys...) }},
	{"pnl-fields=bare", "name realizedProfitLoss", "name", func(r *rig) string { return hasKeys(account0(r), pnlKeys...) }},
	{"epoch-seconds", "1793631600000", "1793631600", func(r *rig) string { return said("epoch")(r.call("GetAccountSummary", `{}`)) }},
	{"quote-fields=full", "false", "true", func(r *rig) string { return fmt.Sprint(strings.Contains(streamed(r), "tickSize")) }},
	{"quote-fields=partial", "true", "false", func(r *rig) string {
		streamed(r)
		return fmt.Sprint(strings.Contains(lastFrame(r, r.wait(time.Second)), "bid"))
	}},
	{"quote-fields=zeros", "", "last", func(r *rig) string {
		r.b.market(0).top.Last = -1 << 63 // no trade yet
		r.subscribe("ES 12-26")
		q := r.frames(r.wait(time.Second))[0]["quotes"].([]any)[0].(map[string]any)
		return hasKeys(q, "last")
	}},
	{"quote-name=dated", "true", "false", func(r *rig) string { return fmt.Sprint(strings.Contains(streamed(r), "es dec26")) }},
	{"quote-pace=change", "nothing", "true", func(r *rig) string {
		streamed(r)
		s := lastFrame(r, r.quote(5001, 0))
		if s == "nothing" {
			return s
		}
		return fmt.Sprint(strings.Contains(s, "5001"))
	}},
	{"quote-pace=event", "nothing", "1", func(r *rig) string {
		streamed(r)
		outs := r.quote(5000, 0) // what was said before
		if len(outs) == 0 {
			return "nothing"
		}
		return fmt.Sprint(len(r.frames(append(outs, r.wait(3*time.Second)...))))
	}},
	{"quote-shut=stop", "true", "nothing", func(r *rig) string {
		r.b.universe.Get(0).Calendar = shutCalendar
		s := streamed(r)
		if s == "nothing" {
			return s
		}
		return fmt.Sprint(strings.Contains(s, "5000"))
	}},
	{"acks", "nothing", "map[action:subscribe type:ack]", func(r *rig) string { return lastFrame(r, r.subscribe("ES 12-26")) }},
	{"acks", "nothing", "map[type:pong]", func(r *rig) string { return lastFrame(r, r.send(Message{Action: "ping"})) }},
	{"bad-frame=1003", "", "1003 broken", func(r *rig) string { return ended(r.send(Message{Bad: "broken"})) }},
	{"bad-frame=1008", "", "1008 broken", func(r *rig) string { return ended(r.send(Message{Bad: "broken"})) }},
	{"missing-api=GetOrder,MarketInfo", "Current Session", "Unknown API command: MarketInfo", func(r *rig) string {
		m := r.call("MarketInfo", `{"instrument":"ES"}`)
		if s, ok := m["session"].(map[string]any); ok {
			return fmt.Sprint(s["label"])
		}
		return errorOf(m)
	}},
	{"rate-error=sentence", "Rate limit exceeded", "API rate limit exceeded, please slow down", func(r *rig) string {
		r.fault("drain=20")
		return errorOf(object(r.t, r.raw("GetOrder", `{}`)))
	}},
	{"rate-error=coded", "<nil>", "Too many requests", func(r *rig) string {
		r.fault("drain=20")
		return said("detail")(object(r.t, r.raw("GetOrder", `{}`)))
	}},
	{"close-shutdown=1001", "1012 Service restart", "1001 Service restart", func(r *rig) string { return ended(r.fault("restart")) }},
	{"close-shutdown=drop", "1012 Service restart", "drop", func(r *rig) string { return ended(r.fault("restart")) }},
	{"close-addon=1001", "1011 Add-on disconnected", "1001 Add-on disconnected", func(r *rig) string { return ended(r.fault("addon-off")) }},
	{"close-addon=drop", "1011 Add-on disconnected", "drop", func(r *rig) string { return ended(r.fault("addon-off")) }},
	{"close-addon=stay", "1011 Add-on disconnected", "", func(r *rig) string { return ended(r.fault("addon-off")) }},
	{"takeover-reason=Session active elsewhere", "1008 Session active elsewhere.", "1008 Session active elsewhere", func(r *rig) string {
		r.connect()
		return ended(r.outs)
	}},
	{"silent-after=5s", "", "silence", func(r *rig) string { return ended(r.wait(5 * time.Second)) }},
	{"lose-reply=2", "true Filled", "nothing Filled", func(r *rig) string {
		bought(r)
		return successOf(r.place("b2", "BUY", "MARKET", 1, "")) + " " + r.state("b2")
	}},
	{"duplicate-id=second", "Order id 'b1' already exists", "<nil>", func(r *rig) string { return errorOf(bought(r).place("b1", "BUY", "MARKET", 2, "")) }},
	{"reply-delay=2s", "0", "1", func(r *rig) string {
		r.raw("GetAllOrders", `{}`)
		return fmt.Sprint(len(r.frames(r.wait(2 * time.Second))))
	}},
	{"never-answer=GetAllOrders", "true", "nothing", func(r *rig) string { return successOf(r.call("GetAllOrders", `{}`)) }},
	{"async-reject", "<nil> Rejected", "true Rejected", func(r *rig) string {
		return successOf(r.place("s1", "BUY", "STOPMARKET", 1, `,"stopPrice":4990`)) + " " + r.state("s1")
	}},
	{"order-latency=300ms", "Filled Filled", "Submitted Filled", func(r *rig) string {
		first := bought(r).state("b1")
		r.wait(300 * time.Millisecond)
		return first + " " + r.state("b1")
	}},
	{"orders-shape=array", "{", "[", func(r *rig) string { return bought(r).raw("GetAllOrders", `{}`)[:1] }},
	{"orders-shape=data", "count orders", "data", func(r *rig) string { return hasKeys(bought(r).call("GetAllOrders", `{}`), "count", "data", "orders") }},
	{"orders-scope=working", "1", "0", func(r *rig) string { return said("count")(bought(r).call("GetAllOrders", `{}`)) }},
	{"object-tail=cut", "orderAction", "", func(r *rig) string {
		return hasKeys(bought(r).call("GetOrder", `{"account":"Sim101","orderId":"b1"}`), "orderAction")
	}},
	{"position-sign=unsigned", "-2", "2", func(r *rig) string {
		r.place("x", "SELL", "MARKET", 2, "")
		list := r.call("ListExecutions", `{"account":"Sim101"}`)["executions"].([]any)
		return fmt.Sprint(list[0].(map[string]any)["position"])
	}},
	{"flat-position=flat", "<nil>", "Flat", func(r *rig) string {
		return said("marketPosition")(r.call("GetPosition", `{"account":"Sim101","instrument":"ES 12-26"}`))
	}},
	{"bracket-stop-refused", "2", "1", func(r *rig) string {
		bought(r).call("CancelAndBracket", `{"account":"Sim101","instrument":"ES 12-26","action":"BUY","quantity":2,"takeProfit":5010,"stopLoss":4990}`)
		return fmt.Sprint(len(r.b.openOrders(nil, nil)))
	}},
	{"api-names=first", "true", "<nil>", func(r *rig) string { return successOf(r.call("GetMarketInfo", `{"instrument":"ES"}`)) }},
	{"api-names=second", "true", "<nil>", func(r *rig) string { return successOf(r.call("MarketInfo", `{"instrument":"ES"}`)) }},
	{"off-tick=round", "<nil> none", "true Working", func(r *rig) string {
		return successOf(r.place("l1", "BUY", "LIMIT", 1, `,"limitPrice":4990.1`)) + " " + r.state("l1")
	}},
	{"off-tick=reject", "none", "Rejected", func(r *rig) string {
		r.place("l1", "BUY", "LIMIT", 1, `,"limitPrice":4990.1`)
		r.wait(time.Second)
		return r.state("l1")
	}},
	{"partial-fills=1", "Filled Filled", "PartFilled Filled", func(r *rig) string {
		first := bought(r).state("b1")
		r.quote(5000, 0)
		return first + " " + r.state("b1")
	}},
	{"exact-amounts", "99996.00000000001", "99996.0", func(r *rig) string {
		item := bought(r).call("GetAccount", `{"account":"Sim101"}`)["item"].(map[string]any)
		return fmt.Sprint(item["cashValue"])
	}},
	{"push-events", "0", "orderUpdate executionUpdate positionUpdate", func(r *rig) string {
		bought(r)
		var types []string
		for _, f := range r.frames(r.outs) {
			if s, ok := f["type"].(string); ok && !strings.Contains(strings.Join(types, " "), s) {
				types = append(types, s)
			}
		}
		if types == nil {
			return "0"
		}
		return strings.Join(types, " ")
	}},
	{"management-violations=separate", "1008 Rate limit abuse", "", func(r *rig) string {
		for range ManagementLimit + MaxViolations + 1 {
			r.subscribe("ES 12-26")
		}
		return ended(r.outs)
	}},
	{"strict-case", "true", "<nil>", func(r *rig) string { return successOf(r.place("c1", "Buy", "Market", 1, "")) }},
	{"max-instruments=1", "nothing", "map[error:too many instruments in one message]", func(r *rig) string { return lastFrame(r, r.subscribe("ES 12-26", "NQ 12-26")) }},
	{"max-message=100", "", "1009 Message too big", func(r *rig) string { return ended(r.send(Message{Action: "ping", Size: 101})) }},
	{"ping-costs", "20", "19", func(r *rig) string {
		r.send(Message{Action: "ping"})
		return fmt.Sprint(r.b.bucket.level / token)
	}},
	{"reply-form=wrapped", "orders success", "data success", func(r *rig) string { return hasKeys(r.call("GetAllOrders", `{}`), "data", "orders", "success") }},
	{"reply-form=bare", "orders success", "orders", func(r *rig) string { return hasKeys(r.call("GetAllOrders", `{}`), "data", "orders", "success") }},
	{"error-form=coded", "<nil>", "Order 'x' not found", func(r *rig) string { return said("detail")(r.call("GetOrder", `{"account":"Sim101","orderId":"x"}`)) }},
	{"reassign-ids", "true", "false", func(r *rig) string {
		placed := r.place("b1", "BUY", "MARKET", 1, "")["orderId"]
		return fmt.Sprint(r.call("GetOrder", `{"account":"Sim101","orderId":"b1"}`)["orderId"] == placed)
	}},
	{"summary-cache=3s", "false", "true", func(r *rig) string {
		r.call("GetAccountSummary", `{}`)
		bought(r)
		return fmt.Sprint(strings.Contains(r.raw("GetAccountSummary", `{}`), `"isAccountFlat":true`) && !strings.Contains(r.raw("GetAccountSummary", `{}`), `"isAccountFlat":false`))
	}},
	{"monitored", "map[]", "map[netliqhigh:100000.00000000001 pnlhigh:0.0 unrealhigh:0.0]", func(r *rig) string {
		return fmt.Sprint(r.call("GetWatermarks", `{"account":"Sim101"}`)["data"].(map[string]any)["watermarks"])
	}},
}

func TestEveryQuirkShows(t *testing.T) {
	shown := map[string]bool{"plan-refused": true} // it refuses the rig itself; see TestUpgradeRefusals
	for _, c := range quirkCases {
		t.Run(c.quirk, func(t *testing.T) {
			if got := c.show(newRig(t)); got != c.without {
				t.Errorf("without it: %q, want %q", got, c.without)
			}
			if got := c.show(newRig(t, c.quirk)); got != c.with {
				t.Errorf("with it: %q, want %q", got, c.with)
			}
		})
		name, value, _ := strings.Cut(c.quirk, "=")
		for _, q := range Catalogue() {
			if q.Name == name && q.Values != nil {
				if got := c.show(newRig(t, name+"="+q.Values[0])); got != c.without {
					t.Errorf("%s=%s: %q, but by default %q", name, q.Values[0], got, c.without)
				}
			}
		}
		shown[name], shown[name+"="+value] = true, true
	}
	for _, q := range Catalogue() {
		if !shown[q.Name] {
			t.Errorf("quirk %s has no case that shows it", q.Name)
		}
		for _, v := range q.Values[min(1, len(q.Values)):] {
			if !shown[q.Name+"="+v] {
				t.Errorf("quirk %s=%s has no case that shows it", q.Name, v)
			}
		}
	}
}

// TestCatalogueCoversTheUnknowns: every row of the list of unknowns has a quirk.
func TestCatalogueCoversTheUnknowns(t *testing.T) {
	for row := 1; row <= 25; row++ {
		found := false
		for _, q := range Catalogue() {
			found = found || q.Source == fmt.Sprint("row ", row)
		}
		if !found {
			t.Errorf("row %d has no quirk", row)
		}
	}
}

func TestQuirkMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"nonsense": "not known", "quote-pace": "needs a value: quote-pace=snapshot|change|event", "quote-pace=slow": "not one of",
		"lose-reply=-1": "whole number", "reply-delay=soon": "not a duration", "acks=perhaps": "neither true nor false",
	} {
		var q Quirks
		if err := q.Set(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestAlternatives: every alternative can be set and changes something.
func TestAlternatives(t *testing.T) {
	for _, k := range Catalogue() {
		if len(k.Alternatives()) == 0 {
			t.Errorf("%s has none", k.Name)
		}
		for _, text := range k.Alternatives() {
			var q Quirks
			if err := q.Set(text); err != nil || reflect.DeepEqual(q, Quirks{}) || strings.HasSuffix(text, "=") {
				t.Errorf("%s: %v, %+v", text, err, q)
			}
		}
	}
}
