package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

func itoa(n int) string { return strconv.Itoa(n) }

// count prints a whole number with thousands separators.
func count[N ~int | ~int64 | ~uint64](n N) string { return group(fmt.Sprint(n)) }

// group puts a comma between every three digits before the decimal point.
func group(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		sign, s = s[:1], s[1:]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if fraction != "" {
		b.WriteString("." + fraction)
	}
	return sign + b.String()
}

// exact prints an amount in full: with at least two decimals, and more where it
// has a fraction of a cent, as the ticks of treasury futures do.
func exact(m engine.Money) string { return group(m.String()) }

// money prints an amount to the cent, rounded half away from zero, for tables.
func money(m engine.Money) string { return cents(m.Decimal()) }

// signed is money with a plus sign for a profit.
func signed(m engine.Money) string { return plus(m) + money(m) }

func plus(m engine.Money) string {
	if m > 0 {
		return "+"
	}
	return ""
}

func cents(d decimal.Decimal) string {
	s := d.StringFixed(2)
	if s == "-0.00" {
		s = "0.00"
	}
	return group(s)
}

// known reports whether a statistic is a number at all.
func known(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// ratio prints a plain statistic, or why there is none.
func ratio(x float64, why string) string {
	if !known(x) {
		return why
	}
	return group(strconv.FormatFloat(x, 'f', 2, 64))
}

func percent(x float64, why string) string {
	if !known(x) {
		return why
	}
	return strconv.FormatFloat(100*x, 'f', 1, 64) + "%"
}

// amount prints an average in account currency, to the cent.
func amount(x float64, why string) string {
	if !known(x) {
		return why
	}
	return cents(decimal.NewFromFloat(x))
}

// price prints a price with the decimals of its tick.
func price(in *engine.Instrument, p engine.Price) string {
	if !p.Known() {
		return "none"
	}
	return in.Decimal(p).StringFixed(places(in))
}

// places is how many decimals the tick of an instrument has.
func places(in *engine.Instrument) int32 {
	n, tick := int32(9), int64(in.Tick)
	for n > 0 && tick%10 == 0 {
		tick /= 10
		n--
	}
	return n
}

// average is a volume-weighted average price.
func average(in *engine.Instrument, v engine.VWAP) string {
	if v.Qty == 0 {
		return "none"
	}
	return between(in, vwap(in, v))
}

// between prints a price that may lie between two ticks: with two decimals more
// than the tick where it does.
func between(in *engine.Instrument, p decimal.Decimal) string {
	n := places(in)
	if p.Equal(p.Round(n)) {
		return p.StringFixed(n)
	}
	return p.StringFixed(n + 2)
}

// vwap is the average price, exact to 12 decimals.
func vwap(in *engine.Instrument, v engine.VWAP) decimal.Decimal {
	points := decimal.NewFromInt(v.Notional).Mul(decimal.New(int64(in.Tick), -9))
	return points.DivRound(decimal.NewFromInt(int64(v.Qty)), 12)
}

// day prints a trade date.
func day(yyyymmdd int) string {
	return fmt.Sprintf("%04d-%02d-%02d", yyyymmdd/10000, yyyymmdd/100%100, yyyymmdd%100)
}

const (
	stampLayout = "2006-01-02 15:04:05"
	clockLayout = "15:04:05"
)

// stamp prints a time to the second, in UTC.
func stamp(t engine.Time) string {
	if t == engine.NoTime {
		return "never"
	}
	return t.UTC().Format(stampLayout)
}

// period prints two times, the date once when they share it.
func period(from, to engine.Time) string {
	if from == engine.NoTime || to == engine.NoTime {
		return "none"
	}
	layout := stampLayout
	if a, b := from.UTC(), to.UTC(); a.YearDay() == b.YearDay() && a.Year() == b.Year() {
		layout = clockLayout
	}
	return stamp(from) + " to " + to.UTC().Format(layout) + " UTC"
}

// span prints a length of time in its two largest units.
func span(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + span(-d)
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(10 * time.Millisecond).String()
	case d < time.Hour:
		return fmt.Sprintf("%dm %02ds", d/time.Minute, d/time.Second%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh %02dm", d/time.Hour, d/time.Minute%60)
	}
	return fmt.Sprintf("%dd %02dh", d/(24*time.Hour), d/time.Hour%24)
}

// plural is "1 order", "2 orders".
func plural[N ~int | ~int64 | ~uint64](n N, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + one + "s"
}

func quantity(q engine.Qty) decimal.Decimal { return decimal.NewFromInt(int64(q)) }
