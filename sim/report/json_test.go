package report

import (
	"bytes"
	"encoding/json"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"
)

// contractKeys are the first keys of the object, in their order.
var contractKeys = strings.Split("strategy,script_hash,params,feeds,events,quotes,trades,orders,fills,denials,rejects,fees,"+
	"start_equity,end_equity,net_pnl,max_drawdown,win_rate,profit_factor,sharpe,round_trips,elapsed_seconds,"+
	"events_per_second,decisions_hash,seed,fill_model", ",")

func object0(t testing.TB, run *Run) ([]byte, map[string]any) {
	t.Helper()
	b, err := JSON(run)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	if d.More() {
		t.Error("more than one object")
	}
	return b, m
}

var topKey = regexp.MustCompile(`(?m)^  "([^"]+)":`)

func TestJSONHoldsTheContract(t *testing.T) {
	for name, run := range map[string]*Run{"tiny": tiny(t), "empty": empty(), "hostile": hostile(t), "sample": sample(t, 2, 2)} {
		b, m := object0(t, run)
		var keys []string
		for _, k := range topKey.FindAllSubmatch(b, -1) {
			keys = append(keys, string(k[1]))
		}
		if got, want := strings.Join(keys[:len(contractKeys)], ","), strings.Join(contractKeys, ","); got != want {
			t.Errorf("%s: keys %s, want %s", name, got, want)
		}
		if len(keys) != len(m) {
			t.Errorf("%s: %d keys, %d different ones", name, len(keys), len(m))
		}
		checkTypes(t, name, m)
	}
}

var decimalText = regexp.MustCompile(`^-?[0-9]+\.[0-9]{2,8}$`)

func checkTypes(t *testing.T, name string, m map[string]any) {
	t.Helper()
	for _, k := range []string{"fees", "start_equity", "end_equity", "net_pnl", "max_drawdown", "end_cash", "unrealized_pnl"} {
		if s, ok := m[k].(string); !ok || !decimalText.MatchString(s) {
			t.Errorf("%s: %s is %v, want a decimal string", name, k, m[k])
		}
	}
	for _, k := range []string{
		"events", "quotes", "trades", "orders", "fills", "denials", "rejects", "round_trips", "seed", "latency_ns", "intents",
		"open_orders", "throttled", "average_hold_ns", "longest_losing_run",
	} {
		if n, ok := m[k].(json.Number); !ok || strings.ContainsAny(n.String(), ".eE") {
			t.Errorf("%s: %s is %v, want an integer", name, k, m[k])
		}
	}
	for _, k := range []string{"win_rate", "profit_factor", "sharpe", "sortino", "exposure", "expectancy", "first_ns", "drawdown_to_ns"} {
		switch m[k].(type) {
		case nil, json.Number, string:
		default:
			t.Errorf("%s: %s is %v", name, k, m[k])
		}
	}
	for _, k := range []string{"feeds", "warnings", "notes", "limits_absent", "sessions", "instruments", "strategies", "positions", "halted"} {
		if _, ok := m[k].([]any); !ok {
			t.Errorf("%s: %s is %v, want a list", name, k, m[k])
		}
	}
	for _, k := range []string{"params", "denials_by_code"} {
		if _, ok := m[k].(map[string]any); !ok {
			t.Errorf("%s: %s is %v, want an object", name, k, m[k])
		}
	}
}

func TestJSON(t *testing.T) {
	b, _ := object0(t, tiny(t))
	golden(t, "tiny.json", b)
}

func TestJSONOfWhatCannotBeSaid(t *testing.T) {
	_, m := object0(t, empty())
	for _, k := range []string{
		"win_rate", "profit_factor", "sharpe", "sortino", "expectancy", "average_win", "average_loss", "best_trip", "worst_trip",
		"first_ns", "last_ns", "drawdown_from_ns", "drawdown_to_ns",
	} {
		if v, ok := m[k]; v != nil || !ok {
			t.Errorf("%s is %v, want null", k, v)
		}
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if number(x) != nil || mean(x) != nil || paramValue("float", "NaN") != "NaN" {
			t.Errorf("%v is a number", x)
		}
	}
}

// TestJSONTimings: but for two lines the object is the same however long it took.
func TestJSONTimings(t *testing.T) {
	quick, slow := tiny(t), tiny(t)
	slow.Elapsed = 17 * time.Minute
	strip := regexp.MustCompile(`(?m)^  "(elapsed_seconds|events_per_second)": .*\n`)
	a, _ := object0(t, quick)
	b, _ := object0(t, slow)
	if bytes.Equal(a, b) || !bytes.Equal(strip.ReplaceAll(a, nil), strip.ReplaceAll(b, nil)) {
		t.Errorf("more than the timings differs:\n%s\n%s", a, b)
	}
	quick.Elapsed = 0
	if _, m := object0(t, quick); m["events_per_second"] != json.Number("0") {
		t.Errorf("events_per_second %v of a run that was not measured", m["events_per_second"])
	}
}

func TestParamValues(t *testing.T) {
	for _, c := range []struct {
		kind, text string
		want       any
	}{
		{"int", "12", int64(12)},
		{"int", "9223372036854775807", int64(math.MaxInt64)},
		{"int", "1e3", "1e3"},
		{"int", "", ""},
		{"float", "0.25", 0.25},
		{"float", "1e400", "1e400"},
		{"bool", "true", true},
		{"bool", "yes", "yes"},
		{"duration", "5m0s", "5m0s"},
		{"time", "09:30", "09:30"},
		{"choice", "12", "12"},
	} {
		if got := paramValue(c.kind, c.text); got != c.want {
			t.Errorf("%s %q is %#v, want %#v", c.kind, c.text, got, c.want)
		}
	}
}

func TestObject(t *testing.T) {
	b, err := json.Marshal(object{{"b", 1}, {"a", "<x>"}, {"b", 2}, {"\"", object{}}})
	if got, want := string(b), `{"b":1,"a":"\u003cx\u003e","\"":{}}`; err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	if b, err = plainJSON(object{{"a", "<x>"}}); string(b) != `{"a":"<x>"}` || err != nil {
		t.Errorf("%s, %v", b, err)
	}
	if _, err := json.Marshal(object{{"f", func() {}}}); err == nil {
		t.Error("a function became JSON")
	}
}
