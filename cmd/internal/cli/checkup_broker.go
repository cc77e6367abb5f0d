package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/engine"
	"tollgate/engine/bridge"
	"tollgate/risk"
)

// question makes the checks that ask the broker. They stop when the connection ends,
// and those that need the add-on are not made without it.
func (k *checkup) question(ctx context.Context, a *asker, sent time.Time, up bridge.Event) {
	summary, asked := k.addon(ctx, a)
	k.skew(sent, up, summary, asked)
	why := ""
	switch {
	case a.down != nil:
		why = "the connection ended"
	case summary == nil:
		why = "NinjaTrader did not answer"
	default:
		k.instruments(ctx, a)
		k.accounts(ctx, a, summary)
	}
	if why != "" {
		k.unchecked(why, "instrument", "account")
	}
	if a.down != nil {
		k.lost(a.down)
	}
}

// addon asks for the account summary, the question live begins with: who answers it
// is the add-on. The answer is nil when there is none, which has failed; asked is when
// it was asked for.
func (k *checkup) addon(ctx context.Context, a *asker) (summary []byte, asked time.Time) {
	asked = k.clock()
	summary, err := a.ask(ctx, bridge.GetAccountSummary())
	var f *bridge.Failure
	if errors.As(err, &f) && f.Class == bridge.UnknownAPI {
		if summary, err = a.ask(ctx, bridge.ListAccounts()); err == nil {
			k.warn("addon", "update the add-on: live asks for it", "NinjaTrader answers, but does not know GetAccountSummary")
			return summary, asked
		}
	}
	switch {
	case err == nil:
		k.ok("addon", "NinjaTrader answers, in %d ms", k.clock().Sub(asked).Milliseconds())
	case errors.As(err, &f) && f.Class == bridge.AddonOff:
		k.fail("addon", "start NinjaTrader 8 on its machine and log the CrossTrade add-on in", "the broker says: %s", f.Text)
	case errors.As(err, &f) && f.Class == bridge.Throttled:
		k.fail("addon", "find what else uses this key and stop it, then wait ten seconds", "not found out: the broker refused %d calls as over the limit", a.refusals)
	case errors.Is(err, errNoAnswer):
		k.fail("addon", "look at NinjaTrader on its machine: it may hang, or wait in a dialog", "%v", err)
	default:
		k.fail("addon", "see what the connection says, and update the add-on", "%v", err)
	}
	return summary, asked
}

// From which difference of the clocks on it is worth a word. Orders do not carry our
// time; what goes wrong is when a session, its loss limit and a flat-by time begin and
// end, and how old a fill seems. Two seconds are more than a clock that is kept by NTP
// is ever off, ten are enough to trade into a close.
const (
	skewWarn = 2 * time.Second
	skewFail = 10 * time.Second
)

// summaryCache is how old the broker's account summary may be.
const summaryCache = 3 * time.Second

// skew compares the clocks, as far as the broker tells the time: in the header Date of
// its answer to the upgrade, in whole seconds, or else in the account summary. What is
// told is a difference that no delay on the way can explain.
func (k *checkup) skew(sent time.Time, up bridge.Event, summary []byte, asked time.Time) {
	low, high := up.Date, up.Date.Add(time.Second)
	from, to, source := sent, up.At.UTC(), "the broker's"
	if up.Date.IsZero() {
		at := bridge.SnapshotTime(summary)
		if at == engine.NoTime {
			k.warn("clock", "see that this machine's clock is kept by NTP", "not measurable: the broker did not tell the time")
			return
		}
		low, high = at.UTC(), at.UTC().Add(summaryCache)
		from, to, source = asked, k.clock(), "NinjaTrader's"
	}
	ahead, behind := from.Sub(high), low.Sub(to) // at least
	off, way := max(ahead, behind), "ahead of"
	if behind > ahead {
		way = "behind"
	}
	seen := fmt.Sprintf("this machine's clock is at least %.1f s %s %s", off.Seconds(), way, source)
	const mend = "let NTP keep the clock of this machine: sessions, loss limits and flat-by times go by it"
	switch {
	case off > skewFail:
		k.fail("clock", mend, "%s", seen)
	case off > skewWarn:
		k.warn("clock", mend, "%s", seen)
	case to.Sub(from)+high.Sub(low) > skewFail:
		k.warn("clock", "run the doctor again when the network is faster", "not measurable: the answer took %.1f s", to.Sub(from).Seconds())
	default:
		k.ok("clock", "this machine's agrees with %s, as far as can be measured (%.1f s)", source, max(to.Sub(low), high.Sub(from)).Seconds())
	}
}

// instruments compares what the configuration says of every instrument with what the
// broker says.
func (k *checkup) instruments(ctx context.Context, a *asker) {
	if k.universe == nil || k.universe.Len() == 0 {
		k.unchecked("no strategy has an instrument", "instrument")
		return
	}
	var keys []string
	for id := range engine.InstrumentID(k.universe.Len()) {
		keys = append(keys, k.universe.Get(id).Key)
	}
	for some := range slices.Chunk(keys, bridge.MaxInstruments) {
		told, err := k.quotes(ctx, a, some)
		for _, key := range some {
			q, ok := told[key]
			if !ok && len(some) > 1 { // one that is not known may spoil the question for all
				var one map[string]bridge.FullQuote
				one, err = k.quotes(ctx, a, []string{key})
				q, ok = one[key]
			}
			k.instrument(key, q, ok, err)
		}
	}
}

// quotes asks for full quotes, by canonical name.
func (k *checkup) quotes(ctx context.Context, a *asker, keys []string) (map[string]bridge.FullQuote, error) {
	body, err := a.ask(ctx, bridge.GetQuote(keys...))
	if err != nil {
		return nil, err
	}
	list, err := bridge.FullQuotes(body)
	told := map[string]bridge.FullQuote{}
	for _, q := range list {
		if key, _, e := k.config.Instruments.Resolve(q.Name, engine.TimeOf(k.clock())); e == nil {
			told[key] = q
		}
	}
	if err == nil && len(list) > 0 {
		err = fmt.Errorf("the broker answers with %s", list[0].Name)
	}
	return told, err
}

// instrument judges one.
func (k *checkup) instrument(key string, q bridge.FullQuote, told bool, err error) {
	var f *bridge.Failure
	switch {
	case told:
	case errors.As(err, &f) && f.Class == bridge.Refused:
		k.fail("instrument", "correct the name under strategies, or add the instrument in NinjaTrader", "%s: the broker does not know it: %s", key, f.Text)
		return
	default:
		k.fail("instrument", "run the doctor again; compare tick and point value in NinjaTrader by hand if it stays so", "%s: the broker did not say what it is: %v", key, err)
		return
	}
	id, _ := k.universe.Lookup(key)
	in := k.universe.Get(id)
	tick, point := q.TickSize.Round(9), q.PointValue.Round(9)
	wrong := false
	if !tick.IsZero() && !tick.Equal(in.TickDecimal()) {
		wrong = true
		k.fail("instrument", fmt.Sprintf("set instruments.%s.tick to %s in %s", in.Root, tick, k.flags.config),
			"%s: its tick is %s here and %s at the broker", key, in.TickDecimal(), tick)
	}
	if !point.IsZero() && !point.Equal(in.Point) {
		wrong = true
		k.fail("instrument", fmt.Sprintf("set instruments.%s.point_value to %s in %s", in.Root, point, k.flags.config),
			"%s: its point value is %s here and %s at the broker", key, in.Point, point)
	}
	switch {
	case wrong:
	case tick.IsZero() || point.IsZero():
		k.warn("instrument", "compare them in NinjaTrader by hand", "%s: tick %s, point value %s here; the broker does not tell both", key, in.TickDecimal(), in.Point)
	case k.expired(key):
		k.warn("instrument", "trade a later contract: change it under strategies", "%s: its month is over, so it has expired", key)
	default:
		k.ok("instrument", "%s: tick %s, point value %s, at the broker too", key, in.TickDecimal(), in.Point)
	}
}

// expired reports whether a contract's month is over: none trades after it. The day
// within the month on which it ends is not among the facts of an instrument.
func (k *checkup) expired(key string) bool {
	n, err := engine.ParseName(key, k.config.Instruments.Spec)
	if err != nil || !n.Dated() {
		return false
	}
	return !k.clock().UTC().Before(time.Date(n.Year, time.Month(n.Month)+1, 1, 0, 0, 0, 0, time.UTC))
}

// accounts looks for every configured account, and for what is held and open on it.
func (k *checkup) accounts(ctx context.Context, a *asker, summary []byte) {
	there, err := a.decoder.Accounts(summary)
	if err != nil {
		k.fail("account", "update the add-on; live reads the same answer", "the accounts cannot be read: %v", err)
		return
	}
	var positions []bridge.Position
	var orders []bridge.OrderFacts
	body, err := a.ask(ctx, bridge.GetAllPositions(false))
	if err == nil {
		positions, err = a.decoder.Positions(body)
	}
	if err == nil {
		if body, err = a.ask(ctx, bridge.GetAllOrders()); err == nil {
			orders, err = a.decoder.Orders(body)
		}
	}
	if err != nil {
		k.fail("account", "look in NinjaTrader for what is held and open", "positions and orders cannot be read: %v", err)
	}
	for i := range k.config.Accounts {
		k.account(k.config.Accounts[i].Name, there, positions, orders, err == nil)
	}
}

// account judges one.
func (k *checkup) account(name string, there []bridge.Account, positions []bridge.Position, orders []bridge.OrderFacts, known bool) {
	var names []string
	for _, x := range there {
		names = append(names, x.Name)
	}
	i := slices.IndexFunc(names, func(x string) bool { return strings.EqualFold(x, name) })
	if i < 0 {
		k.fail("account", "write its name under accounts as NinjaTrader does", "%s: the broker has no such account; it has: %s", name, strings.Join(names, ", "))
		return
	}
	x := &there[i]
	if x.Connection != "" && !strings.EqualFold(x.Connection, "Connected") {
		k.warn("account", "connect it in NinjaTrader", "%s: NinjaTrader says that it is %s", name, x.Connection)
	}
	if !known {
		return
	}
	if seen := heldOf(name, positions, orders); seen != "" {
		k.warn("account", "live adopts as manual what its journal does not know: it counts against the limits, and is closed by kill; close it now if it is not meant to be there", "%s: %s", name, seen)
		return
	}
	k.ok("account", "%s is there (%s), flat, without an order", name, strings.TrimPrefix(x.Provider+", cash "+x.Cash.String(), ", "))
}

// heldOf counts what is held and open on an account; empty = nothing.
func heldOf(name string, positions []bridge.Position, orders []bridge.OrderFacts) string {
	var held []string
	for i := range positions {
		if p := &positions[i]; strings.EqualFold(p.Account, name) && p.Qty != 0 {
			held = append(held, fmt.Sprintf("%s %+d", p.Name, p.Qty))
		}
	}
	open := 0
	for i := range orders {
		if o := &orders[i]; strings.EqualFold(o.Account, name) && !o.State.Terminal() {
			open++
		}
	}
	if len(held) == 0 && open == 0 {
		return ""
	}
	text := countOf(len(held), "position")
	if len(held) > 0 {
		text += " (" + strings.Join(held, ", ") + ")"
	}
	return text + ", " + countOf(open, "working order")
}

// budget compares the configured budget with the broker's, and tells what the doctor
// spent of it; nil = it did not connect.
func (k *checkup) budget(a *asker) {
	b, most := k.config.Budget, risk.DefaultBudget
	calls, refusals := 0, 0
	if a != nil {
		calls, refusals = a.calls, a.refusals
	}
	seen := fmt.Sprintf("%d calls a second, burst %d, %d kept back for cancels and flattening; the doctor made %s", b.Rate, b.Burst, b.Reserve, countOf(calls, "call"))
	switch {
	case b.Rate > most.Rate || b.Burst > most.Burst:
		k.fail("budget", fmt.Sprintf("set budget in %s to rate %d, burst %d at most: the broker closes the link on who asks for more", k.flags.config, most.Rate, most.Burst), "%s", seen)
	case refusals > 0:
		k.warn("budget", "find what else uses this key: it shares the calls", "%s, of which %d were refused as over the limit", seen, refusals)
	case b.Reserve == 0:
		k.warn("budget", fmt.Sprintf("set budget.reserve in %s, %d say, so that a cancel never waits behind questions", k.flags.config, most.Reserve), "%s", seen)
	default:
		k.ok("budget", "%s", seen)
	}
}
