package gateway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"tollgate/engine"
	"tollgate/risk"

	"github.com/shopspring/decimal"
)

// call is a frame that the Core wrote.
type call struct {
	Action string
	ID     string
	API    string
	Args   map[string]any
	Names  []string `json:"instruments"`
	order  bool     // it was to be synced before
}

// rig is a Core whose broker is the test itself. Questions are answered by what the
// broker has, unless the test wants to answer them.
type rig struct {
	t         testing.TB
	u         *engine.Universe
	core      *Core
	made      func() *Core
	now       engine.Time
	wait      []call // not answered yet
	all       []call
	outs      []Output
	seq       map[engine.StrategyID]uint64
	published [][]byte // events for workers
	notes     []string // what people were told
	silent    bool     // questions are not answered by themselves

	orders    map[string]string // at the broker by our id
	listed    []string          // further ones
	positions []string
	summary   string // the accounts at the broker
}

func newRig(t testing.TB) *rig {
	u := newUniverse(t)
	return rigOf(t, u, func() *Core { return newCore(u, 4) })
}

func rigOf(t testing.TB, u *engine.Universe, made func() *Core) *rig {
	r := &rig{t: t, u: u, made: made, now: begins, seq: map[engine.StrategyID]uint64{}, orders: map[string]string{}, summary: summaryOf("Sim101")}
	r.begin(nil)
	return r
}

// summaryOf is the broker's list of accounts.
func summaryOf(names ...string) string {
	list := make([]string, 0, len(names))
	for _, n := range names {
		list = append(list, `{"account":{"name":"`+n+`","connectionStatus":"Connected","item":{"cashValue":100000}}}`)
	}
	return `{"accounts":[` + strings.Join(list, ",") + `],"success":true}`
}

func (r *rig) begin(state []byte) {
	r.core, r.wait = r.made(), nil
	r.step(Input{Kind: Begin, Account: All, Data: state, Text: "tgtest"})
	r.step(Input{Kind: LinkDown, Account: All, Text: justStarted})
}

func (r *rig) step(in Input) {
	in.At = r.now
	if in.Account == 0 && in.Kind != FromWorker {
		in.Account = All
	}
	r.outs = r.outs[:0]
	for _, o := range r.core.Step(&in) {
		o.Data = append([]byte(nil), o.Data...)
		r.outs = append(r.outs, o)
		if o.Kind == Note {
			r.notes = append(r.notes, o.Text)
		}
		if o.Kind == Publish {
			r.published = append(r.published, o.Data)
		}
		if o.Kind != Write && o.Kind != Order {
			continue
		}
		c := call{order: o.Kind == Order}
		if err := json.Unmarshal(o.Data, &c); err != nil {
			r.t.Fatalf("%s: %v", o.Data, err)
		}
		r.all = append(r.all, c)
		if c.Action == "rpc" {
			r.wait = append(r.wait, c)
		}
	}
	if !r.silent {
		r.reply()
	}
}

// reply answers the questions that wait.
func (r *rig) reply() {
	for _, c := range r.wait {
		body := ""
		switch c.API {
		case "GetAllOrders":
			list := append([]string(nil), r.listed...)
			for _, o := range r.orders {
				list = append(list, o)
			}
			body = `{"orders":[` + strings.Join(list, ",") + `],"success":true}`
		case "GetAllPositions":
			body = `{"positions":[` + strings.Join(r.positions, ",") + `],"success":true}`
		case "GetAccountSummary":
			body = r.summary
		case "GetOrder":
			body = `{"error":"Order linked to 'x' not found or already terminal."}`
			if o := r.orders[c.Args["orderId"].(string)]; o != "" {
				body = o
			}
		}
		if body != "" {
			r.answer(c, body)
			return // answering may have made the next call, which answers itself
		}
	}
}

// answer is the broker's answer to a call.
func (r *rig) answer(c call, body string) {
	for i := range r.wait {
		if r.wait[i].ID == c.ID {
			r.wait = append(r.wait[:i], r.wait[i+1:]...)
			break
		}
	}
	r.frame(`{"id":"` + c.ID + `","data":` + body + `}`)
}

func (r *rig) frame(text string) { r.step(Input{Kind: Frame, Data: []byte(text)}) }

const (
	throttledBody = `{"error":"Rate limit exceeded"}`
	addonBody     = `{"error":"Add-on not connected"}`
	okBody        = `{"orderId":"ab12","success":true}`
)

// take is the oldest call of a function that waits for its answer.
func (r *rig) take(api string) call {
	r.t.Helper()
	for _, c := range r.wait {
		if c.API == api {
			return c
		}
	}
	r.t.Fatalf("no call of %s waits: %+v", api, r.wait)
	return call{}
}

// count is how often a function was called.
func (r *rig) count(api string) int {
	n := 0
	for _, c := range r.all {
		if c.API == api {
			n++
		}
	}
	return n
}

// pass lets time pass.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	end := r.now.Add(d)
	for range 100_000 {
		at := r.core.Wake()
		if at != engine.NoTime {
			at = at.Add(-r.core.Ahead())
		}
		if at == engine.NoTime || at > end {
			r.now = end
			r.step(Input{Kind: Tick})
			return
		}
		r.now = max(r.now, at)
		r.step(Input{Kind: Tick})
	}
	r.t.Fatal("time does not pass")
}

// connect brings the link up and the Core to trading.
func (r *rig) connect() {
	r.t.Helper()
	r.step(Input{Kind: LinkUp})
	r.pass(time.Second)
	if !r.core.Ready() {
		r.t.Fatal("it does not trade")
	}
	r.quote(0, 19_000)
	r.quote(1, 68_000)
}

func (r *rig) quote(id engine.InstrumentID, p engine.Price) {
	in := r.u.Get(id)
	r.frame(fmt.Sprintf(`{"type":"marketData","quotes":[{"instrument":%q,"last":%v,"bid":%v,"ask":%v,"volume":1000}]}`,
		in.Key, in.Decimal(p), in.Decimal(p), in.Decimal(p+1)))
}

// want is an intent of a strategy; its number is filled in.
func (r *rig) want(n engine.Intent) {
	r.seq[n.Strategy]++
	n.Seq = r.seq[n.Strategy]
	if n.StopLoss == 0 {
		n.StopLoss = engine.NoPrice
	}
	if n.Target == 0 {
		n.Target = engine.NoPrice
	}
	n.Terms.Instrument = engine.InstrumentID(n.Strategy)
	if n.Terms.Limit == 0 {
		n.Terms.Limit = engine.NoPrice
	}
	n.Terms.Stop = engine.NoPrice
	r.step(Input{Kind: FromWorker, Account: 0, Data: engine.AppendEvent(nil, &n)})
}

func (r *rig) buy(ref engine.Ref, qty engine.Qty, limit engine.Price) {
	n := engine.Intent{Kind: engine.Submit, Ref: ref, Terms: engine.Terms{Side: engine.Buy, Qty: qty, Limit: limit}}
	if limit != 0 {
		n.Terms.Type = engine.Limit
	}
	r.want(n)
}

// has puts an order of ours at the broker, as it shows it.
func (r *rig) has(c call, state string, filled int, average string) {
	r.orders[c.Args["orderId"].(string)] = r.shown(c, "ab"+c.Args["orderId"].(string), state, filled, average)
}

func (r *rig) shown(c call, id, state string, filled int, average string) string {
	limit, stop := c.Args["limitPrice"], c.Args["stopPrice"]
	if limit == nil {
		limit = 0
	}
	if stop == nil {
		stop = 0
	}
	return fmt.Sprintf(`{"account":%q,"orderId":%q,"instrument":%q,"orderType":%q,"orderState":%q,"quantity":%v,"filled":%d,"averageFillPrice":%s,"orderAction":%q,"limitPrice":%v,"stopPrice":%v,"timeInForce":"Day"}`,
		c.Args["account"], id, c.Args["instrument"], c.Args["orderType"], state, c.Args["quantity"], filled, average, c.Args["action"], limit, stop)
}

// placed has the broker take the order that waits, and show it working.
func (r *rig) placed() call {
	r.t.Helper()
	c := r.take("PlaceOrder")
	r.has(c, "Working", 0, "0")
	r.answer(c, fmt.Sprintf(`{"orderId":%q,"success":true}`, "ab"+c.Args["orderId"].(string)))
	r.pass(time.Second)
	return c
}

// state is what we believe of the newest order with this many before it.
func (r *rig) state(id engine.OrderID) engine.OrderState {
	r.t.Helper()
	o, ok := r.core.Desk(0).Order(id)
	if !ok {
		r.t.Fatalf("there is no order %d", id)
	}
	return o.State
}

func (r *rig) mode() engine.Mode { return r.core.Desk(0).Book().Mode() }

func (r *rig) alarmed(text string) bool {
	for _, o := range r.outs {
		if o.Kind == Alarm && strings.Contains(o.Text, text) {
			return true
		}
	}
	return false
}

// bigRig is a rig with many instruments.
func bigRig(t testing.TB, n int) *rig {
	u := engine.NewUniverse()
	for i := range n {
		root := fmt.Sprintf("A%c%c", 'A'+i/26, 'A'+i%26)
		if _, err := u.Add(root+" 03-24", engine.Spec{Root: root, Tick: engine.NanoScale / 4, PointValue: decimal.NewFromInt(50), Months: "HMUZ"}); err != nil {
			t.Fatal(err)
		}
	}
	return rigOf(t, u, func() *Core {
		b := risk.NewBudget(risk.BudgetConfig{Rate: 3, Burst: 20, Reserve: 6, Open: 6})
		return New(Config{Universe: u, Prefix: "tgtest", Budget: &b, Accounts: []AccountConfig{{
			Name: "Sim101", Gate: risk.Sharing(risk.Limits{}, &b), Cash: engine.Dollars(100_000), Members: []engine.Member{{Name: "a"}},
		}}})
	})
}
