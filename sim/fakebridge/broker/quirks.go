package broker

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Quirks are the vendor's unknowns, each with the behaviour that is assumed as
// the zero value. Catalogue lists them with their meaning; the names of the fields
// are those of the catalogue.
type Quirks struct {
	PnLFields            string        // row 1: "" = nt8 | short | bare
	EpochSeconds         bool          // row 2
	QuoteFields          string        // row 3: "" = seen | full | partial | zeros
	QuoteName            string        // row 4: "" = requested | dated
	QuotePace            string        // row 5: "" = snapshot | change | event
	QuoteShut            string        // row 5: "" = repeat | stop
	Acks                 bool          // row 6
	BadFrame             string        // row 7: "" = error | 1003 | 1008
	MissingAPI           []string      // row 8
	RateError            string        // row 9: "" = plain | sentence | coded
	CloseShutdown        string        // row 10: "" = 1012 | 1001 | drop
	CloseAddon           string        // row 10: "" = 1011 | 1001 | drop | stay
	TakeoverReason       string        // row 10: "" = "Session active elsewhere."
	PlanRefused          bool          // row 11
	SilentAfter          time.Duration // row 12
	LoseReply            int           // row 13
	DuplicateID          string        // row 13: "" = error | second
	ReplyDelay           time.Duration // row 14
	NeverAnswer          []string      // row 14
	AsyncReject          bool          // row 15
	OrderLatency         time.Duration // row 15
	OrdersShape          string        // row 16: "" = object | array | data
	OrdersScope          string        // row 16: "" = today | working
	ObjectTail           string        // row 17: "" = full | cut
	PositionSign         string        // row 17: "" = signed | unsigned
	FlatPosition         string        // row 18: "" = error | flat
	BracketStopRefused   bool          // row 19
	APINames             string        // row 20: "" = both | first | second
	OffTick              string        // row 21: "" = error | round | reject
	PartialFills         int           // row 21
	ExactAmounts         bool          // row 21
	PushEvents           bool          // row 22
	ManagementViolations string        // row 23: "" = counted | separate
	StrictCase           bool          // row 24
	MaxInstruments       int           // row 25
	MaxMessage           int           // row 25
	PingCosts            bool          // section 5
	ReplyForm            string        // section 3.4: "" = flat | wrapped | bare
	ErrorForm            string        // section 3.4: "" = text | coded
	ReassignIDs          bool          // section 4.5
	SummaryCache         time.Duration // section 4.1
	Monitored            bool          // section 4.9
}

// Quirk describes one of the Quirks.
type Quirk struct {
	Name    string   // of its flag
	Source  string   // where the vendor's silence is recorded: the row of the list of unknowns
	Values  []string // the choices, the default first; nil = see Kind
	Kind    string   // "choice", "switch", "count", "duration", "list" or "text"
	Summary string
	field   func(*Quirks) any
}

// Catalogue lists every quirk, in the order of the list of unknowns.
func Catalogue() []Quirk { return slices.Clone(catalogue) }

func choice(name, source, summary string, field func(*Quirks) any, values ...string) Quirk {
	return Quirk{name, source, values, "choice", summary, field}
}

var catalogue = []Quirk{
	choice("pnl-fields", "row 1", "names of the amounts in a pnlUpdate; bare sends the account's name alone",
		func(q *Quirks) any { return &q.PnLFields }, "nt8", "short", "bare"),
	{"epoch-seconds", "row 2", nil, "switch", "epochs in seconds instead of milliseconds", func(q *Quirks) any { return &q.EpochSeconds }},
	choice("quote-fields", "row 3", "fields of a streamed quote; partial sends only what changed, zeros a 0 for what is absent",
		func(q *Quirks) any { return &q.QuoteFields }, "seen", "full", "partial", "zeros"),
	choice("quote-name", "row 4", "name on a streamed quote", func(q *Quirks) any { return &q.QuoteName }, "requested", "dated"),
	choice("quote-pace", "row 5", "once a second, at every change, or at every event of the feed and never without one",
		func(q *Quirks) any { return &q.QuotePace }, "snapshot", "change", "event"),
	choice("quote-shut", "row 5", "while the market is shut, repeat the last quote or stop", func(q *Quirks) any { return &q.QuoteShut }, "repeat", "stop"),
	{"acks", "row 6", nil, "switch", "acknowledge subscribe, unsubscribe and streamPnl, and answer pings", func(q *Quirks) any { return &q.Acks }},
	choice("bad-frame", "row 7", "a frame that cannot be read gets an error, or closes the link", func(q *Quirks) any { return &q.BadFrame }, "error", "1003", "1008"),
	{"missing-api", "row 8", nil, "list", "functions that the add-on does not know, separated by commas", func(q *Quirks) any { return &q.MissingAPI }},
	choice("rate-error", "row 9", "wording of a refusal by the limits", func(q *Quirks) any { return &q.RateError }, "plain", "sentence", "coded"),
	choice("close-shutdown", "row 10", "how a restart closes the link", func(q *Quirks) any { return &q.CloseShutdown }, "1012", "1001", "drop"),
	choice("close-addon", "row 10", "how the loss of the add-on closes the link", func(q *Quirks) any { return &q.CloseAddon }, "1011", "1001", "drop", "stay"),
	{"takeover-reason", "row 10", nil, "text", `reason of the close when another takes the session (default "Session active elsewhere.")`, func(q *Quirks) any { return &q.TakeoverReason }},
	{"plan-refused", "row 11", nil, "switch", "refuse upgrades and calls with 403: the plan has no API", func(q *Quirks) any { return &q.PlanRefused }},
	{"silent-after", "row 12", nil, "duration", "a connection goes half-open after so long: no frame, no pong", func(q *Quirks) any { return &q.SilentAfter }},
	{"lose-reply", "row 13", nil, "count", "execute every Nth call that changes something and lose its reply", func(q *Quirks) any { return &q.LoseReply }},
	choice("duplicate-id", "row 13", "an own order id used twice is refused, or makes a second order", func(q *Quirks) any { return &q.DuplicateID }, "error", "second"),
	{"reply-delay", "row 14", nil, "duration", "delay every reply", func(q *Quirks) any { return &q.ReplyDelay }},
	{"never-answer", "row 14", nil, "list", "functions that are executed and never answered", func(q *Quirks) any { return &q.NeverAnswer }},
	{"async-reject", "row 15", nil, "switch", "an order the venue refuses is answered with success and then Rejected", func(q *Quirks) any { return &q.AsyncReject }},
	{"order-latency", "row 15", nil, "duration", "orders, changes and cancels take so long to reach the venue", func(q *Quirks) any { return &q.OrderLatency }},
	choice("orders-shape", "row 16", "shape of lists of orders", func(q *Quirks) any { return &q.OrdersShape }, "object", "array", "data"),
	choice("orders-scope", "row 16", "orders listed: all, or those that work", func(q *Quirks) any { return &q.OrdersScope }, "today", "working"),
	choice("object-tail", "row 17", "fields of orders and executions that no page shows are there, or cut", func(q *Quirks) any { return &q.ObjectTail }, "full", "cut"),
	choice("position-sign", "row 17", "sign of position on an execution", func(q *Quirks) any { return &q.PositionSign }, "signed", "unsigned"),
	choice("flat-position", "row 18", "GetPosition without a position is an error, or a position of 0", func(q *Quirks) any { return &q.FlatPosition }, "error", "flat"),
	{"bracket-stop-refused", "row 19", nil, "switch", "CancelAndBracket cancels, places the target, and its stop is refused", func(q *Quirks) any { return &q.BracketStopRefused }},
	choice("api-names", "row 20", "functions of uncertain name answer to both candidates, or to one", func(q *Quirks) any { return &q.APINames }, "both", "first", "second"),
	choice("off-tick", "row 21", "a price off the tick grid is an error, rounded, or rejected later", func(q *Quirks) any { return &q.OffTick }, "error", "round", "reject"),
	{"partial-fills", "row 21", nil, "count", "orders outside OCO groups fill at most so many contracts at each quote", func(q *Quirks) any { return &q.PartialFills }},
	{"exact-amounts", "row 21", nil, "switch", "account amounts without the noise of binary floating point", func(q *Quirks) any { return &q.ExactAmounts }},
	{"push-events", "row 22", nil, "switch", "push orderUpdate, executionUpdate and positionUpdate frames", func(q *Quirks) any { return &q.PushEvents }},
	choice("management-violations", "row 23", "violations of the subscription limit count towards the close, or do not", func(q *Quirks) any { return &q.ManagementViolations }, "counted", "separate"),
	{"strict-case", "row 24", nil, "switch", "refuse enumerated values that are not in upper case", func(q *Quirks) any { return &q.StrictCase }},
	{"max-instruments", "row 25", nil, "count", "refuse subscriptions of more instruments in one message", func(q *Quirks) any { return &q.MaxInstruments }},
	{"max-message", "row 25", nil, "count", "close with 1009 at a frame of more bytes", func(q *Quirks) any { return &q.MaxMessage }},
	{"ping-costs", "section 5", nil, "switch", "an application ping takes a token", func(q *Quirks) any { return &q.PingCosts }},
	choice("reply-form", "section 3.4", "success as a member of the body, around it, or not at all", func(q *Quirks) any { return &q.ReplyForm }, "flat", "wrapped", "bare"),
	choice("error-form", "section 3.4", "errors as text, or as a code with detail", func(q *Quirks) any { return &q.ErrorForm }, "text", "coded"),
	{"reassign-ids", "section 4.5", nil, "switch", "lists show another id than placing returned; both resolve", func(q *Quirks) any { return &q.ReassignIDs }},
	{"summary-cache", "section 4.1", nil, "duration", "GetAccountSummary answers from a cache of this age", func(q *Quirks) any { return &q.SummaryCache }},
	{"monitored", "section 4.9", nil, "switch", "GetWatermarks has figures instead of empty objects", func(q *Quirks) any { return &q.Monitored }},
}

// Set switches a quirk by its flag: NAME for a switch, NAME=VALUE for the others.
func (q *Quirks) Set(text string) error {
	name, value, given := strings.Cut(text, "=")
	i := slices.IndexFunc(catalogue, func(k Quirk) bool { return k.Name == name })
	if i < 0 {
		return fmt.Errorf("quirk %q is not known; tollgate sim --quirks lists them", name)
	}
	k := &catalogue[i]
	if !given && k.Kind != "switch" {
		return fmt.Errorf("quirk %s needs a value: %s=%s", name, name, k.form())
	}
	if err := k.set(q, value); err != nil {
		return fmt.Errorf("quirk %s: %w", name, err)
	}
	return nil
}

// examples are values of the quirks whose values cannot be listed.
var examples = map[string]string{
	"missing-api": "GetOrderLifecycle", "never-answer": "GetAllOrders", "takeover-reason": "Session active elsewhere", "silent-after": "30s",
	"lose-reply": "2", "reply-delay": "700ms", "order-latency": "400ms", "partial-fills": "1", "max-instruments": "5", "max-message": "4096",
	"summary-cache": "3s",
}

// Alternatives are the texts for Quirks.Set with which the quirk does not behave as
// by default: every choice, or an example of a value.
func (k *Quirk) Alternatives() []string {
	switch k.Kind {
	case "switch":
		return []string{k.Name}
	case "choice":
		var list []string
		for _, v := range k.Values[1:] {
			list = append(list, k.Name+"="+v)
		}
		return list
	}
	return []string{k.Name + "=" + examples[k.Name]}
}

// form is what stands after the equals sign.
func (k *Quirk) form() string {
	if k.Kind == "choice" {
		return strings.Join(k.Values, "|")
	}
	return strings.ToUpper(k.Kind)
}

// Usage is the quirk as it is typed.
func (k *Quirk) Usage() string {
	if k.Kind == "switch" {
		return k.Name
	}
	return k.Name + "=" + k.form()
}

func (k *Quirk) set(q *Quirks, value string) error {
	switch p := k.field(q).(type) {
	case *bool:
		on, err := strconv.ParseBool(cmpOr(value, "true"))
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", value)
		}
		*p = on
	case *int:
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return fmt.Errorf("%q is not a whole number of 0 or more", value)
		}
		*p = n
	case *time.Duration:
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return fmt.Errorf("%q is not a duration such as 250ms", value)
		}
		*p = d
	case *[]string:
		*p = strings.Split(value, ",")
	case *string:
		if k.Kind == "choice" && !slices.Contains(k.Values, value) {
			return fmt.Errorf("%q is not one of %s", value, strings.Join(k.Values, ", "))
		}
		*p = value
	}
	return nil
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
