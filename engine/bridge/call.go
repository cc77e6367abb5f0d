package bridge

import (
	"encoding/json"
	"fmt"
	"strconv"

	"tollgate/engine"
)

// MaxInstruments is how many instruments go into one subscription.
const MaxInstruments = 20

// Call is a call of one of the broker's functions. Those that only read are made by
// functions that anybody may call; one that changes something at the broker cannot
// be made without a permit of the gate.
type Call struct {
	api  string
	args []byte // members of the object, commas between
}

// API is the name of the function.
func (c Call) API() string { return c.api }

// with adds an argument.
func (c Call) with(key string, value any) Call {
	if c.args == nil {
		c.args = make([]byte, 0, 256) // a whole order, so that it does not grow
	}
	if len(c.args) > 0 {
		c.args = append(c.args, ',')
	}
	c.args = append(append(append(c.args, '"'), key...), '"', ':')
	switch v := value.(type) {
	case string:
		c.args = appendText(c.args, v)
	case engine.Qty:
		c.args = strconv.AppendInt(c.args, int64(v), 10)
	case json.Number:
		c.args = append(c.args, v...)
	case bool:
		c.args = strconv.AppendBool(c.args, v)
	default:
		b, err := json.Marshal(v)
		if err != nil {
			b = []byte("null")
		}
		c.args = append(c.args, b...)
	}
	return c
}

// AppendCall appends the frame of a call to b. The broker answers with the same id.
func AppendCall(b []byte, id string, c Call) []byte {
	b = append(b, `{"action":"rpc","id":`...)
	b = appendText(b, id)
	b = append(b, `,"api":`...)
	b = appendText(b, c.api)
	b = append(b, `,"args":{`...)
	b = append(b, c.args...)
	return append(b, "}}"...)
}

func appendText(b []byte, s string) []byte {
	if plainText(s) {
		return append(append(append(b, '"'), s...), '"')
	}
	t, err := json.Marshal(s)
	if err != nil {
		return append(b, `""`...)
	}
	return append(b, t...)
}

// plainText reports whether a text is its own form in JSON.
func plainText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// AppendSubscribe appends the frame that subscribes to instruments, at most
// MaxInstruments at a time.
func AppendSubscribe(b []byte, names []string) []byte { return appendNames(b, "subscribe", names) }

// AppendUnsubscribe appends the frame that ends subscriptions.
func AppendUnsubscribe(b []byte, names []string) []byte { return appendNames(b, "unsubscribe", names) }

func appendNames(b []byte, action string, names []string) []byte {
	b = append(b, `{"action":"`...)
	b = append(b, action...)
	b = append(b, `","instruments":[`...)
	for i, n := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, n)
	}
	return append(b, "]}"...)
}

// AppendStreamPnL appends the frame that turns the P&L stream on or off; the
// interval is in milliseconds, 1000 at least.
func AppendStreamPnL(b []byte, enabled bool, interval int) []byte {
	if !enabled {
		return append(b, `{"action":"streamPnl","enabled":false}`...)
	}
	b = append(b, `{"action":"streamPnl","enabled":true,"interval":`...)
	return append(strconv.AppendInt(b, int64(max(interval, 1000)), 10), '}')
}

// AppendPing appends the protocol's own keepalive. Whether it costs a token is not
// known; the link uses WebSocket pings instead.
func AppendPing(b []byte) []byte { return append(b, `{"action":"ping"}`...) }

// GetAllOrders asks for the orders of all accounts.
func GetAllOrders() Call { return Call{api: "GetAllOrders"} }

// GetAllPositions asks for the positions of all accounts.
func GetAllPositions(includeFlat bool) Call {
	return Call{api: "GetAllPositions"}.with("includeFlat", includeFlat)
}

// GetAccountSummary asks for the balances and positions of all accounts.
func GetAccountSummary() Call { return Call{api: "GetAccountSummary"} }

// GetOrder asks for an order by the broker's id or the caller's own.
func GetOrder(account, order string) Call {
	return Call{api: "GetOrder"}.with("account", account).with("orderId", order)
}

// Where says where and under which names a request goes.
type Where struct {
	Account   string
	Order     string // our id of the order; the broker's for one that is not ours
	OCOPrefix string // in front of the number of an OCO group, so that it is unique at the broker
	Strategy  string // of CloseStrategy: NinjaTrader's number of the strategy
}

// Order makes the call that a Send asks for. It fails when the permit does not
// cover the request, when a price is missing, and for a kind of request it does not know.
func Order(s *engine.Send, u *engine.Universe, w Where) (Call, error) {
	r, err := s.Request()
	if err != nil {
		return Call{}, err
	}
	switch r.Kind {
	case engine.PlaceOrder:
		return place(&r, u.Get(r.Terms.Instrument), w)
	case engine.ChangeOrder:
		c := Call{api: "Change"}.with("account", w.Account).with("orderId", w.Order).with("quantity", r.Terms.Qty)
		return prices(c, &r, u.Get(r.Terms.Instrument))
	case engine.CancelOrder:
		return Call{api: "Cancel"}.with("account", w.Account).with("orderId", w.Order), nil
	case engine.CancelOrders:
		c := Call{api: "CancelOrders"}.with("account", w.Account)
		if r.Terms.Instrument != engine.AllInstruments {
			c = c.with("instrument", u.Get(r.Terms.Instrument).Key)
		}
		return c, nil
	}
	return Call{}, fmt.Errorf("request to %s order %d has no call", r.Kind, r.Order)
}

func place(r *engine.Request, in *engine.Instrument, w Where) (Call, error) {
	t := &r.Terms
	c := Call{api: "PlaceOrder"}.with("account", w.Account).with("instrument", in.Key).with("action", t.Side.String()).
		with("quantity", t.Qty).with("orderType", t.Type.String()).with("timeInForce", t.TIF.String())
	c, err := prices(c, r, in)
	if t.OCO != 0 {
		c = c.with("ocoId", w.OCOPrefix+strconv.FormatUint(uint64(t.OCO), 10))
	}
	return c.with("orderId", w.Order), err
}

// prices adds the prices that the order's type has, as exact decimals.
func prices(c Call, r *engine.Request, in *engine.Instrument) (Call, error) {
	t := &r.Terms
	for _, x := range []struct {
		key   string
		has   bool
		price engine.Price
	}{{"limitPrice", t.Type.HasLimit(), t.Limit}, {"stopPrice", t.Type.HasStop(), t.Stop}} {
		if !x.has {
			continue
		}
		if !x.price.Known() {
			return c, fmt.Errorf("order %d: a %s order without %s", r.Order, t.Type, x.key)
		}
		c = c.with(x.key, json.Number(in.Decimal(x.price).String()))
	}
	return c, nil
}
