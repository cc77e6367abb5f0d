package screen

import (
	"fmt"
	"strings"

	"tollgate/engine"
	"tollgate/engine/gateway"
)

// title says what runs, and what time it is there.
func (d *drawing) title() line {
	l := line{{"tollgate " + d.scene.Title, strong}}
	if d.scene.File != "" {
		l = l.and("  "+d.scene.File, faint)
	}
	if d.scene.View == nil {
		return d.split(l, text("starting"))
	}
	format := "2006-01-02 15:04:05 UTC"
	if d.room < 70 {
		format = "01-02 15:04:05 UTC"
	}
	return d.split(l, text(d.view.Time.UTC().Format(format)))
}

// status is the mode in a word, then the link, the budget and how late fills are
// learned, in as many words as there is room for.
func (d *drawing) status() line {
	if d.scene.View == nil {
		return line{{" STARTING ", banner}}
	}
	v, b := d.view, &d.view.Budget
	word, st := d.mode()
	trouble := ""
	if n := v.Stats.Refused; n > 0 {
		trouble = fmt.Sprintf(" · %d refused", n)
	}
	if n := v.Stats.Lost; n > 0 {
		trouble += fmt.Sprintf(" · %d lost", n)
	}
	fills := [3]string{}
	if v.Stats.Fills > 0 {
		mean, most := delay(v.Stats.FillDelayMS), delay(v.Stats.FillDelayMaxMS)
		fills = [3]string{
			fmt.Sprintf(" · fills known after %s, at most %s", mean, most), fmt.Sprintf(" · fills late %s, most %s", mean, most), " · fills late " + mean,
		}
	}
	start := line{{" " + word + " ", st}, {"  link " + v.Link, plain}}
	return d.first(
		start.and(fmt.Sprintf(" · %d of %d calls left, %d kept back%s%s", b.Tokens, b.Burst, b.Reserve, fills[0], trouble), plain),
		start.and(fmt.Sprintf(" · calls %d/%d (%d kept)%s%s", b.Tokens, b.Burst, b.Reserve, fills[1], trouble), plain),
		start.and(fmt.Sprintf(" · calls %d/%d%s%s", b.Tokens, b.Burst, fills[2], trouble), plain),
		start.and(fmt.Sprintf(" · calls %d/%d%s", b.Tokens, b.Burst, trouble), plain),
	)
}

// mode is the state of everything in a word: the worst there is.
func (d *drawing) mode() (string, style) {
	word, st := "TRADING", banner
	for _, a := range d.view.Accounts {
		switch {
		case a.Mode == engine.Killed.String():
			word, st = "KILLED", alarm
		case a.Mode == engine.ReduceOnly.String() && word == "TRADING":
			word, st = "ENTRIES STOPPED", alarm
		case a.Mode == gateway.ModeAbsent && word == "TRADING":
			word, st = "ACCOUNT MISSING", alarm
		}
	}
	switch {
	case d.scene.Late > 0:
		return "NO ANSWER", alarm
	case word == "TRADING" && d.view.Link != "ready":
		return "NOT TRADING", alarm
	case word == "TRADING" && d.view.LiveQuotes != nil && d.view.LiveQuotes.State != gateway.FeedLive:
		return "NO QUOTES", alarm
	}
	return word, st
}

// troubles are all that is wrong now, and the newest alarm.
func (d *drawing) troubles() []line {
	var out []line
	say := func(format string, args ...any) {
		out = append(out, line{{"! " + fmt.Sprintf(format, args...), alarm}})
	}
	v := d.view
	if d.scene.Late > 0 {
		say("the gateway has not answered for %s: what stands here is old", age(d.scene.Late))
	}
	if d.scene.View == nil {
		return out
	}
	if v.Link != "ready" {
		since := ""
		if v.LinkSince != engine.NoTime {
			since = " for " + age(v.Time.Sub(v.LinkSince))
		}
		say("link %s%s: %s", v.Link, since, v.LinkReason)
	}
	if !v.Addon {
		say("the add-on is not connected: NinjaTrader is not running or has lost its connection")
	}
	if q := v.LiveQuotes; q != nil && q.State != gateway.FeedLive {
		say("live quotes %s for %s, nothing fills: %s", q.State, age(v.Time.Sub(q.Since)), q.Reason)
	}
	for i := range v.Accounts {
		accountTroubles(&v.Accounts[i], say)
	}
	for _, s := range v.Strategies {
		if s.State != gateway.StrategyRunning {
			say("%s on %s is %s: %s", s.Name, s.Instrument, s.State, s.Reason)
		}
	}
	for _, e := range v.Events {
		if e.Kind == gateway.EventAlarm {
			say("%s %s", clock(e.Time, v.Time), e.Text)
			break
		}
	}
	return out
}

// accountTroubles says what keeps an account from trading.
func accountTroubles(a *gateway.AccountView, say func(string, ...any)) {
	reason := ""
	if r := strings.TrimSpace(a.Reason); r != "" {
		reason = ": " + r
	}
	switch a.Mode {
	case engine.Killed.String():
		say("%s is killed, nothing is traded until tollgate resume%s", a.Name, reason)
		if a.Unverified {
			say("%s: the broker has not confirmed yet that it is flat", a.Name)
		}
	case gateway.ModeAbsent:
		say("%s is not traded%s", a.Name, reason)
	case engine.ReduceOnly.String():
		say("%s opens no positions until tollgate resume%s", a.Name, reason)
	}
	if l := a.Limits; l != nil && l.DailyLoss != "" && -amount(a.SessionPnL) >= amount(l.DailyLoss) {
		say("%s has lost its limit of this session: no entries until the next", a.Name)
	}
	unknown := 0
	for _, o := range a.Orders {
		if o.State == engine.Unknown.String() {
			unknown++
		}
	}
	if unknown > 0 {
		say("%s: %s in doubt, no answer came; counted at full size until looked up", a.Name, plural(unknown, "order"))
	}
}

// account is an account against its limits.
func (d *drawing) account(i int) []line {
	a := &d.view.Accounts[i]
	mode := span{a.Mode, plain}
	if a.Mode != engine.Active.String() {
		mode.style = bad
	}
	name := line{{"ACCOUNT " + a.Name + "  ", strong}, mode}
	session := line{{"session unknown", plain}}
	if a.SessionPnL != "" {
		session = line{{"session ", plain}, profit(amount(a.SessionPnL))}
	}
	equity := "unknown"
	if a.Equity != "" {
		equity = money(amount(a.Equity))
	}
	open := append(line{{"open ", plain}, profit(amount(a.Unrealized)), {"  ", plain}}, session...)
	full := append(line{{"equity " + equity + "  ", plain}}, open...)
	return []line{d.beside([]line{name, name[:1]}, []line{full, open, session}), d.limits(a)}
}

// limits is how near an account is to its limits. What was lost of the limit is told
// in full longer than how the drawdown stands.
func (d *drawing) limits(a *gateway.AccountView) line {
	left, right := d.dailyLoss(a), []line{text("drawdown " + money(amount(a.Drawdown)) + " in this run"), text("drawdown " + money(amount(a.Drawdown)))}
	if a.Limits != nil && a.Limits.Drawdown != "" {
		down := money(amount(a.Drawdown))
		right = []line{
			text(fmt.Sprintf("drawdown %s of %s, not enforced", down, money(amount(a.Limits.Drawdown)))),
			text(fmt.Sprintf("drawdown %s, limit not enforced", down)), text("drawdown " + down),
		}
	}
	return d.beside(left, right)
}

// dailyLoss is what was lost of the limit of a day, from long to short.
func (d *drawing) dailyLoss(a *gateway.AccountView) []line {
	lost, limit := max(0, -amount(a.SessionPnL)), engine.Money(0)
	if a.Limits != nil {
		limit = amount(a.Limits.DailyLoss)
	}
	if limit == 0 {
		return []line{{{"  daily loss ", plain}, {"has no limit", warning}}}
	}
	share, st := percent(lost, limit), plain
	switch {
	case share >= 80:
		st = bad
	case share >= 50:
		st = warning
	}
	figures := fmt.Sprintf("%s of %s, %d%%", money(lost), money(limit), share)
	return []line{
		{{"  daily loss ", plain}, {bar(share, 20) + " " + figures, st}},
		{{"  daily loss ", plain}, {bar(share, 10) + " " + figures, st}},
		{{"  daily loss ", plain}, {figures, st}},
		{{"  daily loss ", plain}, {fmt.Sprintf("%d%%", share), st}},
	}
}

// bar is a share in percent as a bar.
func bar(percent, cells int) string {
	n := min(percent*cells/100, cells)
	return "[" + strings.Repeat("#", n) + strings.Repeat("-", cells-n) + "]"
}

// feet are what can be typed, the fullest form first.
var feet = [...]string{
	"Ctrl-C ends the program%s. In another terminal: tollgate flatten, tollgate kill, tollgate status",
	"Ctrl-C ends%s. In another terminal: tollgate flatten, tollgate kill",
	"Ctrl-C ends%s. Elsewhere: tollgate flatten, tollgate kill",
	"Ctrl-C ends%s | tollgate flatten | tollgate kill",
	"Ctrl-C | tollgate flatten | tollgate kill",
	"tollgate flatten | kill",
}

// foot says what can be typed.
func (d *drawing) foot() line {
	stays := ""
	if d.scene.Live {
		stays = ", what is open stays"
	}
	last := ""
	for _, f := range feet {
		last = strings.Replace(f, "%s", stays, 1)
		if width(last) <= d.room {
			break
		}
	}
	return line{{last, faint}}
}
