package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"tollgate/engine"
	"tollgate/engine/gateway"
)

// statusEvents is how many of the newest events status prints.
const statusEvents = 10

// printView prints a view for people.
func printView(out io.Writer, v *gateway.View) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	printLink(w, v)
	for i := range v.Accounts {
		printAccount(w, &v.Accounts[i])
	}
	for _, q := range v.Quotes {
		fmt.Fprintf(w, "quote\t%s  %s / %s  last %s  %s\n", q.Instrument, q.Bid, q.Ask, q.Last, q.Time)
	}
	for _, s := range v.Strategies {
		fmt.Fprintf(w, "strategy\t%s on %s, %s%s, version %.12s%s\n", s.Name, s.Instrument, s.State, reasonText(s.Reason), s.Version, sinceText(s.Since))
	}
	for _, d := range v.Denials {
		fmt.Fprintf(w, "denied\t%s  %s, %s %s, %d times: %s\n", d.Time, d.Strategy, d.Instrument, d.Order, d.Count, denialText(&d))
	}
	for _, e := range v.Events[:min(len(v.Events), statusEvents)] {
		fmt.Fprintf(w, "event\t%s  %s%s\n", e.Time, alarmText(e.Kind), strings.ReplaceAll(e.Text, "\n", "; "))
	}
	s := &v.Stats
	fmt.Fprintf(w, "calls\t%d, %d questions, %d refused, %d lost, %d waiting\n", s.Calls, s.Questions, s.Refused, s.Lost, s.Waiting)
	fmt.Fprintf(w, "fills\t%d, learned after %d ms on average at most, %d ms at the latest\n", s.Fills, s.FillDelayMS, s.FillDelayMaxMS)
	fmt.Fprintf(w, "decisions\t%s\n", v.Hash)
	return w.Flush()
}

func printLink(w io.Writer, v *gateway.View) {
	addon := ""
	if !v.Addon {
		addon = ", the add-on is not connected"
	}
	fmt.Fprintf(w, "link\t%s%s%s\n", v.Link, reasonText(v.LinkReason), addon)
	if q := v.LiveQuotes; q != nil {
		fmt.Fprintf(w, "live quotes\t%s%s%s, %d interruptions\n", q.State, sinceText(q.Since), reasonText(q.Reason), q.Gaps)
	}
	b := &v.Budget
	fmt.Fprintf(w, "budget\t%d of %d calls, %d a second, %d kept back\n", b.Tokens, b.Burst, b.Rate, b.Reserve)
}

func printAccount(w io.Writer, a *gateway.AccountView) {
	fmt.Fprintf(w, "account\t%s, %s%s, equity %s, session %s\n", a.Name, modeText(a), reasonText(a.Reason), known(a.Equity), known(a.SessionPnL))
	if a.Limits != nil && a.Limits.DailyLoss != "" {
		fmt.Fprintf(w, "  daily loss\tends entries at %s\n", a.Limits.DailyLoss)
	}
	fmt.Fprintf(w, "  drawdown\t%s below the highest%s\n", a.Drawdown, sinceText(a.DrawdownAt))
	for _, p := range a.Positions {
		at := ""
		if p.Qty != 0 {
			at = " at " + p.Average
		}
		fmt.Fprintf(w, "  position\t%s %s %+d%s, unrealised %s, realised %s\n", p.Strategy, p.Instrument, p.Qty, at, p.Unrealized, p.Realized)
	}
	for _, o := range a.Orders {
		fmt.Fprintf(w, "  order\t%s %s %s %d %s %s %s, %s, %d filled\n", o.ID, o.Strategy, o.Side, o.Qty, o.Type, o.Instrument, strings.TrimSpace(o.Limit+" "+o.Stop), o.State, o.Filled)
	}
}

// known is an amount, or says that nobody knows it.
func known(amount string) string { return cmp.Or(amount, "unknown") }

func denialText(d *gateway.DenialView) string {
	return (&engine.Denial{Code: d.Code, Limit: d.Limit, Value: d.Value, Text: d.Text}).Error()
}

func alarmText(kind string) string {
	if kind == gateway.EventAlarm {
		return "ALARM "
	}
	return ""
}

func sinceText(t engine.Time) string {
	if t == engine.NoTime {
		return ""
	}
	return " since " + t.String()
}

// modeText is what an account may do, and whether a kill has been confirmed.
func modeText(a *gateway.AccountView) string {
	if a.Unverified {
		return a.Mode + ", not confirmed flat by the broker yet"
	}
	return a.Mode
}

func reasonText(s string) string {
	if s == "" {
		return ""
	}
	return " (" + strings.TrimSpace(s) + ")"
}
