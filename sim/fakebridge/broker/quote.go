package broker

import (
	"fmt"
	"strings"
	"time"

	"tollgate/engine"
)

func (b *Broker) getQuote(args Args) result {
	list := []Object{}
	for _, name := range strings.Split(args.text("instrument"), ",") {
		in, ok := b.resolve(name)
		if !ok {
			return refuse(fmt.Sprintf("Instrument '%s' not found", strings.TrimSpace(name)))
		}
		list = append(list, b.fullQuote(b.market(in.ID)))
	}
	if args.text("account") != "" {
		list[0] = append(legacy(list[0]), Member{"success", true})
	}
	if len(list) == 1 {
		return result{body: list[0], status: 200}
	}
	return result{array: list, status: 200}
}

// legacy is the older form of a quote.
func legacy(o Object) Object {
	var out Object
	for _, m := range o {
		switch m.Key {
		case "tickValue", "quoteTimeUtc", "epoch", "dataSource", "isMarketOpen":
		default:
			out = append(out, m)
		}
	}
	return out
}

// fullQuote has every documented field.
func (b *Broker) fullQuote(m *market) Object {
	in := b.universe.Get(m.id)
	at := max(m.top.At, 0)
	p := func(v engine.Price) Number { return price(in, v) }
	return obj("description", in.Key, "type", "Future", "tickSize", number(in.TickDecimal()), "pointValue", number(in.Point),
		"tickValue", number(in.TickValue.Decimal()), "exchange", "Globex", "expiration", expiration(in), "tradingHours", "CME US Index Futures ETH",
		"instrument", in.Key, "bid", p(m.top.Bid), "ask", p(m.top.Ask), "last", p(m.top.Last), "open", p(m.open), "high", p(m.high),
		"low", p(m.low), "close", p(m.previous), "volume", m.volume, "quoteTime", at.UTC().Format("01/02/2006 03:04:05 PM"),
		"quoteTimeUtc", at.UTC().Format("2006-01-02 15:04:05"), "epoch", int64(at)/int64(time.Second),
		"dataSource", obj("status", "Connected", "connectedFeeds", []string{"Simulated Data Feed"}), "isMarketOpen", b.isOpen(m.id))
}

// expiration is the first of the contract's month; the last trading day is not
// among the facts of an instrument.
func expiration(in *engine.Instrument) string {
	_, date, ok := strings.Cut(in.Key, " ")
	if !ok || len(date) != 5 {
		return "2099-12-01"
	}
	return "20" + date[3:] + "-" + date[:2] + "-01"
}

// barArgs are the arguments of GetBars.
type barArgs struct {
	kind     string
	period   int64
	from, to engine.Time
	limit    int64
}

func (b *Broker) getBars(args Args) result {
	in, err := b.instrumentOf(args)
	if err != nil {
		return refuse(err.Error())
	}
	k, err := b.barArgs(args)
	if err != nil {
		return refuse(err.Error())
	}
	bars := k.gather(b.market(in.ID).bars)
	list := make([]Object, 0, len(bars))
	for _, x := range bars {
		list = append(list, obj("time", stamp(x.at)+"Z", "epoch", b.epoch(x.at), "open", price(in, x.open), "high", price(in, x.high),
			"low", price(in, x.low), "close", price(in, x.close), "volume", x.volume))
	}
	return result{status: 200, body: obj("instrument", in.Key, "periodType", k.kind, "period", k.period, "count", len(list), "bars", list)}
}

func (b *Broker) barArgs(args Args) (barArgs, error) {
	k := barArgs{kind: "minute", period: 1, limit: 5000, to: b.now.Market}
	if t := strings.ToLower(args.text("periodType")); t != "" {
		k.kind = t
	}
	if k.kind != "minute" && k.kind != "day" {
		return k, fmt.Errorf("periodType '%s' is not supported: minute or day", k.kind)
	}
	days := int64(1)
	for key, to := range map[string]*int64{"period": &k.period, "limit": &k.limit, "daysBack": &days} { // map order: each is read by itself
		n, given, err := args.whole(key)
		if err != nil || given && (n < 1 || n > 10_000) {
			return k, fmt.Errorf("%s must be from 1 to 10000", strings.Join([]string{"period", "limit", "daysBack"}, ", "))
		}
		if given {
			*to = n
		}
	}
	k.from = k.to.Add(-time.Duration(days) * 24 * time.Hour)
	for key, to := range map[string]*engine.Time{"from": &k.from, "to": &k.to} { // map order: each is read by itself
		text := args.text(key)
		if text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return k, fmt.Errorf("from and to must be UTC times such as 2026-12-04T09:30:00Z")
		}
		*to = engine.TimeOf(t)
	}
	return k, nil
}

// gather makes bars of the period out of minutes, the newest of them at most limit.
func (k *barArgs) gather(minutes []bar) []bar {
	span := engine.Time(k.period) * engine.Time(time.Minute)
	if k.kind == "day" {
		span = engine.Time(k.period) * engine.Time(24*time.Hour)
	}
	var list []bar
	for _, m := range minutes {
		if m.at <= k.from || m.at > k.to {
			continue
		}
		end := (m.at-1)/span*span + span
		if n := len(list); n > 0 && list[n-1].at == end {
			list[n-1].add(m.high, m.low, m.close, m.volume)
			continue
		}
		m.at = end
		list = append(list, m)
	}
	return list[max(0, len(list)-int(k.limit)):]
}

func (b *Broker) marketInfo(args Args) result {
	name := args.text("instrument")
	if name == "" {
		name = cmpOr(args.text("root"), "ES")
	}
	in, found := b.resolve(name)
	if !found {
		return refuse(fmt.Sprintf("Instrument '%s' not found", name))
	}
	at := b.now.Market
	s := in.Calendar.At(at)
	label, state, action, until := "Next Session", "Closed", "Until Open", s.Open
	if s.Contains(at) {
		label, state, action, until = "Current Session", "Open", "Until Close", s.Close
	}
	after := in.Calendar.At(s.Close)
	left := until.Sub(at)
	session := obj("label", label, "utcStart", stamp(s.Open)+"Z", "utcEnd", stamp(s.Close)+"Z", "localStart", stamp(s.Open), "localEnd", stamp(s.Close),
		"countdown", countdown(left), "action", action, "secondsRemaining", Number(fmt.Sprintf("%d.%03d", left/time.Second, left%time.Second/time.Millisecond)))
	return ok("timestamp", stamp(at)+"Z", "instrument", in.Key, "timeZone", "UTC",
		"status", obj("isOpen", s.Contains(at), "state", state), "session", session,
		"upcoming", obj("utcStart", stamp(after.Open)+"Z", "utcEnd", stamp(after.Close)+"Z"))
}

func countdown(d time.Duration) string {
	s := int64(d / time.Second)
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}
