package broker

import (
	"slices"
	"strings"
)

// result is what a call came to. failed bodies carry error, and never success true.
type result struct {
	body   Object
	failed bool
	status int // of the REST answer
	array  []Object
}

// ok is a success whose body has these members.
func ok(kv ...any) result { return result{body: obj(kv...), status: 200} }

// refuse is a failure with the vendor's text.
func refuse(text string) result { return result{body: obj("error", text), failed: true, status: 400} }

// api is one function.
type api struct {
	name    string
	changes bool // it changes something at the broker
	cloud   bool // it works without the add-on
	plain   bool // its body has no success member
	rank    int  // 1 and 2: the candidates for a function of uncertain name
	do      func(*Broker, Args) result
}

// apis are all functions, by name.
var apis = []api{
	{name: "ListAccounts", do: (*Broker).listAccounts},
	{name: "GetAccount", do: (*Broker).getAccount},
	{name: "GetAccountSummary", rank: 1, do: (*Broker).getAccountSummary},
	{name: "GetAccountsSummary", rank: 2, do: (*Broker).getAccountSummary},
	{name: "ListPositions", do: (*Broker).listPositions},
	{name: "GetAllPositions", do: (*Broker).getAllPositions},
	{name: "GetPosition", do: (*Broker).getPosition},
	{name: "ClosePosition", changes: true, do: (*Broker).closePosition},
	{name: "Flatten", changes: true, do: (*Broker).flatten},
	{name: "FlattenEverything", changes: true, do: (*Broker).flattenEverything},
	{name: "Reverse", changes: true, do: (*Broker).reverse},
	{name: "ReversePosition", changes: true, do: (*Broker).reversePosition},
	{name: "ListOrders", do: (*Broker).listOrders},
	{name: "GetAllOrders", do: (*Broker).getAllOrders},
	{name: "GetOrder", do: (*Broker).getOrder},
	{name: "GetOrderStatus", do: (*Broker).getOrderStatus},
	{name: "GetOrderLifecycle", rank: 1, do: (*Broker).getOrderLifecycle},
	{name: "OrderLifecycle", rank: 2, do: (*Broker).getOrderLifecycle},
	{name: "PlaceOrder", changes: true, do: (*Broker).placeOrder},
	{name: "FlatPlace", changes: true, do: (*Broker).flatPlace},
	{name: "Cancel", changes: true, do: (*Broker).cancel},
	{name: "CancelOrders", changes: true, do: (*Broker).cancelOrders},
	{name: "CancelAllOrders", changes: true, do: (*Broker).cancelAllOrders},
	{name: "Change", changes: true, do: (*Broker).change},
	{name: "CancelReplace", changes: true, do: (*Broker).cancelReplace},
	{name: "CancelAndBracket", changes: true, do: (*Broker).cancelAndBracket},
	{name: "ListExecutions", do: (*Broker).listExecutions},
	{name: "GetExecution", do: (*Broker).getExecution},
	{name: "GetExecutionsByOrderId", do: (*Broker).executionsByOrder},
	{name: "CloseStrategy", changes: true, do: (*Broker).closeStrategy},
	{name: "ListStrategies", rank: 1, do: (*Broker).listStrategies},
	{name: "GetStrategies", rank: 2, do: (*Broker).listStrategies},
	{name: "GetStrategy", do: (*Broker).getStrategy},
	{name: "GetQuote", plain: true, do: (*Broker).getQuote},
	{name: "GetBars", plain: true, do: (*Broker).getBars},
	{name: "MarketInfo", rank: 1, do: (*Broker).marketInfo},
	{name: "GetMarketInfo", rank: 2, do: (*Broker).marketInfo},
	{name: "GetWatermarks", cloud: true, do: (*Broker).getWatermarks},
	{name: "GetConnections", do: (*Broker).getConnections},
}

// APIs lists the names of all functions.
func APIs() []string {
	names := make([]string, len(apis))
	for i := range apis {
		names[i] = apis[i].name
	}
	return names
}

// function finds a function that this add-on knows.
func (b *Broker) function(name string) *api {
	i := slices.IndexFunc(apis, func(f api) bool { return f.name == name })
	if i < 0 || slices.ContainsFunc(b.quirks.MissingAPI, func(s string) bool { return strings.EqualFold(s, name) }) {
		return nil
	}
	f := &apis[i]
	if f.rank == 2 && b.quirks.APINames == "first" || f.rank == 1 && b.quirks.APINames == "second" {
		return nil
	}
	return f
}

// Request makes a call over REST: its answer comes as an Out of kind Answer with
// the id that is returned, at once or later, or never.
func (b *Broker) Request(now Now, bearer, name string, args Args) (ConnID, []Out) {
	b.step(now)
	b.lastConn++
	c := &conn{id: b.lastConn, rest: true}
	switch status := b.authorize(bearer); {
	case b.now.Limit < b.downUntil:
		b.answer(c, 503, obj("error", "Service restarting"))
	case status == 401:
		b.answer(c, 401, obj("error", "Unauthorized"))
	case status == 403:
		b.answer(c, 403, obj("error", "API access requires the Pro plan"))
	default:
		b.rpc(c, Message{API: name, Args: args})
	}
	return c.id, b.take()
}

func (b *Broker) answer(c *conn, status int, body Object) {
	b.emit(Out{Conn: c.id, Kind: Answer, Status: status, Data: body.AppendJSON(nil)})
}

// rpc takes a call through the budget and the faults to its reply.
func (b *Broker) rpc(c *conn, m Message) {
	b.faults.onCall(b)
	if !c.rest && (b.conn == nil || b.conn.id != c.id) {
		return // a fault at this very call took the connection
	}
	if b.faults.spend(&b.faults.refuse) || !b.bucket.take(b.now.Limit) {
		b.tally.call(m.API).Throttled++
		b.throttled(c, m.ID)
		return
	}
	c.violations = 0
	f := b.function(m.API)
	changes := f != nil && f.changes
	if changes && b.faults.spend(&b.faults.loseCall) {
		b.tally.call(m.API).LostCalls++
		return
	}
	r := b.run(f, m)
	if r.failed {
		b.tally.call(m.API).Failed++
	} else {
		b.tally.call(m.API).OK++
	}
	b.reply(c, m, r, changes)
}

func (b *Broker) throttled(c *conn, id string) {
	if c.rest {
		b.tally.violations++
		b.answer(c, 429, b.rateError())
		return
	}
	b.violation(c, obj("id", b.replyID(id), "data", b.rateError()))
}

// replyID is the caller's id, or a new one when there is none.
func (b *Broker) replyID(id string) string {
	if id != "" {
		return id
	}
	return b.newID()
}

// run does what a call asks for.
func (b *Broker) run(f *api, m Message) result {
	switch {
	case f == nil:
		return refuse("Unknown API command: " + m.API)
	case !b.addon && !f.cloud:
		r := refuse("Add-on not connected")
		r.status = 408
		return r
	case f.changes && b.faults.spend(&b.faults.fail):
		return refuse("Invalid request")
	}
	r := f.do(b, m.Args)
	if !r.failed && !f.plain {
		r = b.succeed(r)
	}
	return r
}

// succeed marks a success, by the quirk's convention.
func (b *Broker) succeed(r result) result {
	if r.array != nil || r.body.get("success") != nil {
		return r
	}
	switch b.quirks.ReplyForm {
	case "wrapped":
		r.body = obj("success", true, "data", r.body)
	case "bare":
	default:
		r.body = append(r.body, Member{"success", true})
	}
	return r
}

// reply sends a result, unless a quirk or a fault keeps it.
func (b *Broker) reply(c *conn, m Message, r result, changes bool) {
	if b.loses(m.API, changes) {
		b.tally.call(m.API).LostReplies++
		return
	}
	if r.failed && b.quirks.ErrorForm == "coded" {
		text, _ := r.body.get("error").(string)
		r.body = obj("success", false, "error", errorCode(text), "detail", text)
	}
	send := func() { b.send(c, m.ID, r) }
	delay := b.faults.delayOf(b)
	if delay <= 0 {
		send()
		return
	}
	if !b.after(int64(delay), send) {
		b.tally.call(m.API).LostReplies++
	}
}

// loses decides whether a reply gets lost.
func (b *Broker) loses(name string, changes bool) bool {
	if slices.Contains(b.quirks.NeverAnswer, name) {
		return true
	}
	if !changes {
		return false
	}
	b.tally.changes++
	if n := b.quirks.LoseReply; n > 0 && b.tally.changes%int64(n) == 0 {
		return true
	}
	return b.faults.spend(&b.faults.loseReply)
}

func (b *Broker) send(c *conn, id string, r result) {
	var data any = r.body
	if r.array != nil {
		data = r.array
	}
	if c.rest {
		b.emit(Out{Conn: c.id, Kind: Answer, Status: r.status, Data: appendValue(nil, data)})
		return
	}
	b.say(c, obj("id", b.replyID(id), "data", data))
}

// errorCode is a machine code for a text: known words stay readable in it, so that
// a client that looks for them still finds them.
func errorCode(text string) string {
	for _, known := range []string{"Unknown API command", "Add-on not connected", "not found or already terminal", "Rate limit exceeded"} {
		if strings.Contains(text, known) {
			return text
		}
	}
	return strings.ReplaceAll(strings.ToLower(strings.TrimRight(text, ".")), " ", "_")
}
