package bridge

import (
	"errors"
	"testing"
)

// TestNothingIsTakenForFlat: a position that does not say how much, or says it twice
// and differently, is an error; being flat needs both the word and the nought.
func TestNothingIsTakenForFlat(t *testing.T) {
	d := NewDecoder(desk(t, 1))
	for _, rest := range []string{
		`"marketPosition":"Long"`, `"marketPosition":"Long","quantity":null`, `"marketPosition":"Long","quantity":""`, `"marketPosition":"Long","quantity":0`,
		`"marketPosition":"Long","quantity":-3`, `"marketPosition":"Short"`, `"marketPosition":"Flat","quantity":3`, `"marketPosition":null,"quantity":3`, `"quantity":3`,
	} {
		if list, err := d.Positions([]byte(`[{"account":"a","instrument":"ES 12-26",` + rest + `}]`)); !errors.Is(err, ErrReply) {
			t.Errorf("%s: %+v, %v", rest, list, err)
		}
	}
	for _, rest := range []string{`"marketPosition":"Flat"`, `"marketPosition":"Flat","quantity":null`, `"marketPosition":"FLAT","quantity":0`} {
		if list, err := d.Positions([]byte(`[{"account":"a","instrument":"ES 12-26",` + rest + `}]`)); err != nil || len(list) != 1 || list[0].Qty != 0 {
			t.Errorf("%s: %+v, %v", rest, list, err)
		}
	}
}

// TestNullIsNoText: two orders without an id must not become one that is called null.
func TestNullIsNoText(t *testing.T) {
	d := NewDecoder(desk(t, 1))
	if id := OrderIDOf([]byte(`{"orderId":null,"success":true}`)); id != "" {
		t.Errorf("the id is %q", id)
	}
	for _, body := range []string{`{"orderId":null}`, `{"orderId":""}`, `{}`} {
		if o, err := d.Order([]byte(body)); !errors.Is(err, ErrReply) {
			t.Errorf("%s: %+v, %v", body, o, err)
		}
	}
	o, err := d.Order([]byte(`{"orderId":"x","account":null,"instrument":null,"oco":null,"error":null,"orderState":null}`))
	if err != nil || o.Account != "" || o.Name != "" || o.OCO != "" || o.Reason != "" || o.Known || o.State != UnknownState {
		t.Errorf("%+v, %v", o, err)
	}
}

// TestFillsNeedAPrice: what an order says of its fills is believed when it is whole.
func TestFillsNeedAPrice(t *testing.T) {
	d := NewDecoder(desk(t, 1))
	for _, c := range []struct {
		tail   string
		state  OrderState
		filled int64
	}{
		{`"orderState":"Filled","filled":2,"averageFillPrice":6800.1`, Filled, 2},
		{`"orderState":"Filled","filled":2,"averageFillPrice":0.0`, UnknownState, 0},
		{`"orderState":"Filled","filled":2`, UnknownState, 0},
		{`"orderState":"Filled","filled":2,"averageFillPrice":null`, UnknownState, 0},
		{`"orderState":"Filled","filled":0,"averageFillPrice":6800.1`, UnknownState, 0},
		{`"orderState":"Filled"`, UnknownState, 0},
		{`"orderState":"PartFilled","filled":1,"averageFillPrice":-0.25`, PartFilled, 1},
		{`"orderState":"Cancelled","filled":1`, UnknownState, 0},
		{`"orderState":"Cancelled","filled":0,"averageFillPrice":0.0`, Cancelled, 0},
		{`"orderState":"Working"`, Working, 0},
	} {
		o, err := d.Order([]byte(`{"orderId":"x","instrument":"ES 12-26","quantity":2,"orderAction":"Buy",` + c.tail + `}`))
		if err != nil || o.State != c.state || int64(o.Filled) != c.filled {
			t.Errorf("%s: %v, filled %d, %v", c.tail, o.State, o.Filled, err)
		}
	}
	for _, bad := range []string{`"quantity":-1`, `"quantity":2,"filled":-1`} {
		if o, err := d.Order([]byte(`{"orderId":"x",` + bad + `}`)); !errors.Is(err, ErrReply) {
			t.Errorf("%s: %+v, %v", bad, o, err)
		}
	}
}

// TestOnlyAnOrderThatIsGone: other things may be missing while an order is looked
// for. Taken for the order, its size would be given free while it may be at the broker.
func TestOnlyAnOrderThatIsGone(t *testing.T) {
	for _, text := range []string{
		"Order 'x' not found", "Order not found", "order 7d0c4e1b not found.", "Order linked to 'x' not found", "Order 'x' not found in account 'a'",
		"order_not_found", "order_not_found: gone", "order_'a_b'_not_found: Order 'a_b' not found", "not_found: Order 'x' not found", "Order with id 'x y' not found",
		"ORDER 7d0c-4e1b NOT FOUND", "Order linked to 'x' not found or already terminal.",
	} {
		if c := classOf(text); c != NotFoundOrTerminal {
			t.Errorf("%s: %s", text, c)
		}
	}
	for _, text := range []string{
		"Order failed: Account 'a' not found", "Account 'a' not found (GetOrder)", "/v1/api/accounts/a/orders/x not found", "Instrument 'ES 12-26' not found for order 'x'",
		"PlaceOrder: ATM strategy template 'x' not found", "Order routing connection not found", "Orders of account 'a' not found", "order_account_7_not_found", "Account 'order 7' not found", "account_'a'_not_found: Account 'a' not found", "not found", "", "order",
	} {
		if c := classOf(text); c != Refused {
			t.Errorf("%s: %s", text, c)
		}
	}
}

// TestAnAnswerIsAnAnswer: an error that names its call belongs to that call, also
// when it is not wrapped; a type of null is no type.
func TestAnAnswerIsAnAnswer(t *testing.T) {
	d, f := NewDecoder(desk(t, 1)), Frame{}
	for _, c := range []struct {
		frame string
		kind  FrameKind
		id    string
		class FailureClass
	}{
		{`{"id":"q","error":"Rate limit exceeded"}`, ReplyFrame, "q", Throttled},
		{`{"id":"q","error":"Add-on not connected","data":null}`, ReplyFrame, "q", AddonOff},
		{`{"id":"q","data":{"error":"Rate limit exceeded"},"type":null,"error":null}`, ReplyFrame, "q", Throttled},
		{`{"id":null,"error":"Rate limit exceeded"}`, ConnectionError, "", 0},
		{`{"error":"Rate limit exceeded"}`, ConnectionError, "", 0},
	} {
		if err := d.Decode([]byte(c.frame), 1, &f); err != nil || f.Kind != c.kind || f.Reply.ID != c.id {
			t.Errorf("%s: %+v, %v", c.frame, f, err)
			continue
		}
		if c.kind == ReplyFrame && (f.Reply.Failure == nil || f.Reply.Failure.Class != c.class) {
			t.Errorf("%s: %+v", c.frame, f.Reply.Failure)
		}
	}
}
