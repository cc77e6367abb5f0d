package bridge

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// desk is a universe of n contracts: ES first, then made-up roots of the same kind.
func desk(t testing.TB, n int) *engine.Universe {
	t.Helper()
	u := engine.NewUniverse()
	for i := range n {
		root := "ES"
		if i > 0 {
			root = fmt.Sprintf("X%c%c", 'A'+i/26, 'A'+i%26)
		}
		if _, err := u.Add(root+" 12-26", engine.Spec{Root: root, Tick: 250_000_000, PointValue: decimal.NewFromInt(50), Months: engine.MonthCodes}); err != nil {
			t.Fatal(err)
		}
	}
	return u
}

// frames are the seeds: every shape of the vendor's pages, and what breaks them.
var frames = []string{
	`{"type":"marketData","quotes":[{"instrument":"ES 12-26","last":6802.75,"bid":6802.50,"ask":6802.75,"volume":265113}]}`,
	`{"type":"marketData","quotes":[{"instrument":"ESZ6","last":0,"bid":null,"ask":"6802.75"},{"instrument":"NQ 12-26"},7,{}]}`,
	`{"type":"marketData","quotes":[{"instrument":"ES 12-26","bid":6802.3,"ask":1e999999999,"volume":-1}]}`,
	`{"type":"marketData","quotes":{}}`, `{"type":"marketData"}`, `{"type":7}`,
	`{"type":"pnlUpdate","epoch":1,"accounts":[{"name":"Sim102","realizedProfitLoss":1.5,"unrealizedProfitLoss":-2,"netLiquidation":10.00000285,"cashValue":9}]}`,
	`{"type":"pnlUpdate","accounts":[{"account":"a","realized":"x"},3]}`, `{"type":"pnlUpdate","accounts":7}`,
	`{"id":"q","data":{"error":"Add-on not connected"}}`, `{"id":"q","data":{"success":false,"error":"order_not_found","detail":"gone"}}`,
	`{"id":"q","data":{"success":true,"data":{"account":"Sim102","watermarks":{},"stats":{}}}}`, `{"id":"q","data":[]}`, `{"id":"q","data":null}`,
	`{"id":"q","data":{"positions":[{"account":"Sim102","instrument":"ES 12-26","marketPosition":"Short","quantity":3,"averagePrice":25118.5833333333}],"success":true}}`,
	`{"id":"q","data":{"positions":[{"instrument":"ES 12-26","marketPosition":"Short","quantity":-3},{"instrument":"ES 12-26","marketPosition":"Up","quantity":1e15}]}}`,
	`{"id":"q","data":{"orders":[{"account":"Sim102","orderId":"7d","instrument":"ES 12-26","orderType":"StopLimit","orderState":"PartFilled","quantity":4,"filled":1,"averageFillPrice":6800.1,"limitPrice":6800.25,"stopPrice":6800.3,"oco":null,"orderAction":"Buy","timeInForce":"Gtc"}]}}`,
	`{"id":"q","data":{"orderId":"x","quantity":1.5}}`, `{"id":"q","data":{"orders":{"orders":[{}]}}}`, `{"id":"q","data":{"orders":[{"orderId":[1,2],"filled":"00000000000000000000000000000000000"}]}}`,
	`{"id":"q","data":{"type":"snapshot","epoch":1,"accounts":[{"account":{"name":"Sim102","item":{"cashValue":1.005}},"positions":[]}]}}`,
	`{"error":"Rate limit exceeded"}`, `{"type":"orderUpdate","order":{}}`, `{"type":"pong"}`, `{}`, `[]`, `"`, "", "{", "{\"\\u0074ype\":\"pnlUpdate\"}", "\xff", `{"type":"\ud800"}`,
}

// FuzzDecode: nothing panics or hangs whatever the broker sends, and what is
// handed on can be relied on: prices are of a known contract, a reply is one thing.
func FuzzDecode(f *testing.F) {
	for _, s := range frames {
		f.Add([]byte(s))
	}
	u := desk(f, 2)
	f.Fuzz(func(t *testing.T, data []byte) {
		d := NewDecoder(u)
		var fr, again Frame
		err := d.Decode(data, 5, &fr)
		if (err == nil) && !json.Valid(data) {
			t.Fatal("it is not JSON, and passed")
		}
		for i := range fr.Quotes {
			q := &fr.Quotes[i]
			if int(q.Instrument) >= u.Len() || q.At != 5 || q.Volume < engine.UnknownQty || q.Bid == engine.InvalidPrice || q.Ask == engine.InvalidPrice {
				t.Fatalf("%+v", *q)
			}
		}
		if len(fr.Faults) > maxFaults {
			t.Fatalf("%d faults", len(fr.Faults))
		}
		first := fmt.Sprintf("%+v %v", fr, err)
		if err := d.Decode(data, 5, &again); fmt.Sprintf("%+v %v", again, err) != first {
			t.Fatalf("a second time it is another frame: %s", first)
		}
		if fr.Kind == ReplyFrame {
			replies(t, d, &fr.Reply)
		}
	})
}

// replies reads a body as everything it might be.
func replies(t *testing.T, d *Decoder, r *Reply) {
	t.Helper()
	if r.Failure != nil && r.Failure.Text == "" {
		t.Fatal("a failure without a text")
	}
	orders, err := d.Orders(r.Data)
	for i := range orders {
		o := &orders[i]
		if o.Known && (int(o.Instrument) >= d.universe.Len() || o.Qty <= 0 || o.Side == 0) {
			t.Fatalf("%+v %v", *o, err)
		}
		_ = o.State.String()
	}
	_, _ = d.Order(r.Data)
	_, _ = d.Positions(r.Data)
	_, _ = d.Accounts(r.Data)
	_ = OrderIDOf(r.Data)
}

// TestQuotesAgainstTheirTwin: encoding/json and decimal say the same, slowly.
func TestQuotesAgainstTheirTwin(t *testing.T) {
	u := desk(t, 1)
	for _, text := range []string{
		`6802.75`, `"6802.75"`, `6802.750000000`, `6.80275e3`, `0`, `null`, `-0.25`, `6802.76`, `1e30`, `1e-9`, `"x"`, `true`, `6802.7500000000001`, `{}`, `[]`, `""`, `9223372036.75`, `99999999999`,
	} {
		var f Frame
		frame := `{"type":"marketData","quotes":[{"instrument":"ES 12-26","bid":` + text + `}]}`
		if err := NewDecoder(u).Decode([]byte(frame), 1, &f); err != nil {
			t.Fatal(err)
		}
		want, usable := twin(text)
		switch {
		case !usable && len(f.Quotes) == 0 && len(f.Faults) == 1:
		case usable && len(f.Quotes) == 1 && f.Quotes[0].Bid == want:
		default:
			t.Errorf("bid %s: %+v %v, want %v (usable: %v)", text, f.Quotes, f.Faults, want, usable)
		}
	}
}

func twin(text string) (engine.Price, bool) {
	text = strings.Trim(text, `"`)
	if text == "" || text == "null" {
		return engine.NoPrice, true
	}
	d, err := decimal.NewFromString(text)
	if err != nil || d.Abs().GreaterThan(decimal.New(math.MaxInt64, -9)) {
		return 0, false
	}
	ticks := d.Round(9).Div(decimal.RequireFromString("0.25"))
	if ticks.IsZero() {
		return engine.NoPrice, true
	}
	return engine.Price(ticks.IntPart()), ticks.IsInteger()
}

// TestPositionSides: the side is the word, in any case; a position that has none, or
// so that it must not turn a short into a long.
func TestPositionSides(t *testing.T) {
	d := NewDecoder(desk(t, 1))
	for _, c := range []struct {
		side, qty string
		want      engine.Qty
	}{{"Long", "3", 3}, {"Short", "3", -3}, {"short", "3", -3}, {"Flat", "0", 0}, {"LONG", `"3"`, 3}} {
		got, err := d.Positions(fmt.Appendf(nil, `[{"account":"a","instrument":"ES 12-26","marketPosition":%q,"quantity":%s}]`, c.side, c.qty))
		if err != nil || len(got) != 1 || got[0].Qty != c.want {
			t.Errorf("%s %s: %+v %v, want %d", c.side, c.qty, got, err, c.want)
		}
	}
	for _, bad := range []string{`{"instrument":"ES 12-26","marketPosition":"Up"}`, `{"marketPosition":"Long","quantity":1}`, `{"instrument":"ES 12-26","marketPosition":"Long","quantity":1.5}`} {
		if got, err := d.Positions([]byte("[" + bad + "]")); err == nil {
			t.Errorf("%s: %+v", bad, got)
		}
	}
}

func TestReplyConventions(t *testing.T) {
	for _, c := range []struct {
		body, data string
		class      FailureClass
		text       string // empty = it was done
	}{
		{`{"orderId":"x","success":true}`, `{"orderId":"x","success":true}`, 0, ""},
		{`{"success":true,"data":{"a":1}}`, `{"a":1}`, 0, ""},
		{`{"last":1}`, `{"last":1}`, 0, ""},
		{`[1]`, `[1]`, 0, ""},
		{`{"error":null,"success":true}`, `{"error":null,"success":true}`, 0, ""},
		{`{"success":true,"warning":"nothing was open"}`, `{"success":true,"warning":"nothing was open"}`, 0, ""},
		{`{"success":false}`, ``, Refused, "the broker says that it failed"},
		{`{"error":""}`, ``, Refused, "the broker says that it failed"},
		{`{"error":"Add-on not connected"}`, ``, AddonOff, "Add-on not connected"},
		{`{"success":false,"error":"addon_disconnected","detail":"gone"}`, ``, AddonOff, "addon_disconnected: gone"},
		{`{"error":"RATE LIMIT exceeded"}`, ``, Throttled, "RATE LIMIT exceeded"},
		{`{"error":"Order linked to 'x' not found or already terminal."}`, ``, NotFoundOrTerminal, "Order linked to 'x' not found or already terminal."},
		{`{"error":"No positions found for instrument 'ES 12-26'"}`, ``, NoPosition, "No positions found for instrument 'ES 12-26'"},
		{`{"error":"No position found for instrument 'ES 12-26' in account 'a'"}`, ``, NoPosition, "No position found for instrument 'ES 12-26' in account 'a'"},
		{`{"error":"Unknown API command: X"}`, ``, UnknownAPI, "Unknown API command: X"},
		{`{"error":"Timeout waiting for add-on response"}`, ``, NoAnswer, "Timeout waiting for add-on response"},
		{`{"error":"The request timed out"}`, ``, NoAnswer, "The request timed out"},
		{`{"error":"account_not_found"}`, ``, Refused, "account_not_found"},
	} {
		r := newReply("q", []byte(c.body))
		switch {
		case c.text == "" && (r.Failure != nil || string(r.Data) != c.data):
			t.Errorf("%s: %+v %s", c.body, r.Failure, r.Data)
		case c.text != "" && (r.Failure == nil || r.Failure.Class != c.class || r.Failure.Text != c.text):
			t.Errorf("%s: %+v", c.body, r.Failure)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, n := range []int{1, 50} {
		b.Run(fmt.Sprintf("%d-quotes", n), func(b *testing.B) {
			u := desk(b, n)
			text := []byte(`{"type":"marketData","quotes":[`)
			for i := range n {
				if i > 0 {
					text = append(text, ',')
				}
				text = fmt.Appendf(text, `{"instrument":%q,"last":6802.75,"bid":6802.50,"ask":6802.75,"volume":265113}`, u.Get(engine.InstrumentID(i)).Key)
			}
			text = append(text, "]}"...)
			d, f := NewDecoder(u), Frame{}
			b.ReportAllocs()
			for b.Loop() {
				if err := d.Decode(text, 1, &f); err != nil || len(f.Quotes) != n {
					b.Fatal(err, f.Faults)
				}
			}
		})
	}
}

func TestSnapshotTime(t *testing.T) {
	for text, want := range map[string]engine.Time{
		`{"epoch":1796398267441,"accounts":[]}`: 1796398267441_000_000, `{"epoch":1796398267}`: 1796398267_000_000_000,
		`{"epoch":0}`: engine.NoTime, `{}`: engine.NoTime, `[]`: engine.NoTime, ``: engine.NoTime, `{"epoch":"soon"}`: engine.NoTime,
	} {
		if got := SnapshotTime([]byte(text)); got != want {
			t.Errorf("%s is %v", text, got)
		}
	}
}
