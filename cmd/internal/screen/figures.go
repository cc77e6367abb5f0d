package screen

import (
	"fmt"
	"strings"
	"time"

	"tollgate/engine"
)

// amount reads the decimal text of a View; text that is none counts as nothing.
func amount(s string) engine.Money {
	m, err := engine.ParseMoney(s)
	if err != nil {
		return 0
	}
	return m
}

// money is an amount to the cent, its thousands apart: "-1,234.50". It is rounded half
// away from zero.
func money(m engine.Money) string {
	s := m.Decimal().StringFixed(2)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	whole, cents, _ := strings.Cut(s, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if sign != "" && strings.Trim(whole+cents, "0,") == "" {
		sign = "" // there is no minus nothing
	}
	return sign + whole + "." + cents
}

// profit is an amount with its sign, in the colour of its sign.
func profit(m engine.Money) span {
	s := money(m)
	switch {
	case strings.Trim(s, "-0,.") == "":
		return span{s, plain}
	case m > 0:
		return span{"+" + s, good}
	}
	return span{s, bad}
}

// percent is a share of a limit in whole percent, rounded down, so that 100 means
// reached; 0 without a limit. It is cut at 999.
func percent(part, limit engine.Money) int {
	if limit <= 0 || part <= 0 {
		return 0
	}
	if part/limit >= 10 {
		return 999
	}
	whole := part / limit * 100
	return int(min(whole+(part%limit)/max(limit/100, 1), 999))
}

// age is a duration in one figure: "0.4s", "12s", "3m", "2h", "4d".
func age(d time.Duration) string {
	switch {
	case d < 0:
		return "0.0s"
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Truncate(100*time.Millisecond).Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours())/24)
}

// clock is the time of day in UTC, with the date when it is another day than today's.
func clock(t, now engine.Time) string {
	if t == engine.NoTime {
		return "-"
	}
	u, day := t.UTC(), now.UTC()
	if u.YearDay() != day.YearDay() || u.Year() != day.Year() {
		return u.Format("01-02 15:04")
	}
	return u.Format("15:04:05")
}

// delay is a number of milliseconds for people.
func delay(ms int64) string {
	if ms < 1000 {
		return fmt.Sprintf("%d ms", ms)
	}
	return fmt.Sprintf("%d.%d s", ms/1000, ms%1000/100)
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
