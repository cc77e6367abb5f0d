package report

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"strconv"
	"strings"
	"testing"

	"tollgate/engine"
)

// TestOutputsAgree: the numbers of the JSON, the CSV files, the terminal and the
// page are the same, and add up.
func TestOutputsAgree(t *testing.T) {
	for name, run := range map[string]*Run{"tiny": tiny(t), "one": sample(t, 3, 1), "two": sample(t, 4, 2), "empty": empty()} {
		agree(t, name, run)
	}
}

func agree(t *testing.T, name string, run *Run) {
	t.Helper()
	_, m := object0(t, run)
	amount := func(v any) engine.Money { return dollars(v.(string)) }
	fills := csvOf(t, FillsCSV, run, fillHeader)
	orders := csvOf(t, OrdersCSV, run, orderHeader)
	equity := csvOf(t, EquityCSV, run, equityHeader)

	fees, realized := engine.Money(0), engine.Money(0)
	for _, row := range fills {
		fees += dollars(row[7])
		realized += dollars(row[10])
	}
	if fees != amount(m["fees"]) {
		t.Errorf("%s: fills.csv has fees of %s, the JSON of %v", name, fees, m["fees"])
	}
	if net := realized - fees + amount(m["unrealized_pnl"]); net != amount(m["net_pnl"]) {
		t.Errorf("%s: fills add up to %s, the JSON says %v", name, net, m["net_pnl"])
	}
	if amount(m["end_equity"])-amount(m["start_equity"]) != amount(m["net_pnl"]) {
		t.Errorf("%s: net P&L is not end less start", name)
	}
	if len(equity) > 0 && dollars(equity[len(equity)-1][1]) != amount(m["end_equity"]) {
		t.Errorf("%s: equity.csv ends at %s", name, equity[len(equity)-1][1])
	}
	counted(t, name, m, map[string]int{"fills": len(fills), "orders": len(orders)})
	sums(t, name, m, "instruments", "net_pnl", amount(m["net_pnl"]))
	sums(t, name, m, "instruments", "fees", amount(m["fees"]))
	if name != "empty" {
		sums(t, name, m, "sessions", "net_pnl", amount(m["net_pnl"]))
		sums(t, name, m, "sessions", "fees", amount(m["fees"]))
	}

	out := text(t, run, TerminalOptions{})
	page := html.UnescapeString(htmlOf(t, run))
	for label, v := range map[string]string{
		"Net P&L": plus(amount(m["net_pnl"])) + group(m["net_pnl"].(string)), "Fees paid": group(m["fees"].(string)),
		"End equity": group(m["end_equity"].(string)), "Max drawdown": group(m["max_drawdown"].(string)),
		"Round trips": m["round_trips"].(json.Number).String(),
	} {
		if !lineHas(out, label, v) {
			t.Errorf("%s: the terminal does not say %s %s", name, label, v)
		}
		if !strings.Contains(page, v) {
			t.Errorf("%s: the page does not say %s", name, v)
		}
	}
}

func csvOf(t *testing.T, write func(io.Writer, *Run) error, run *Run, header string) [][]string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, run); err != nil {
		t.Fatal(err)
	}
	return rows(t, b.Bytes(), header)
}

func counted(t *testing.T, name string, m map[string]any, want map[string]int) {
	t.Helper()
	for k, n := range want {
		if m[k].(json.Number).String() != strconv.Itoa(n) {
			t.Errorf("%s: %s %v, but %d rows", name, k, m[k], n)
		}
	}
}

// sums checks that the parts of a list make the whole.
func sums(t *testing.T, name string, m map[string]any, list, key string, want engine.Money) {
	t.Helper()
	var got engine.Money
	for _, x := range m[list].([]any) {
		got += dollars(x.(map[string]any)[key].(string))
	}
	if got != want {
		t.Errorf("%s: %s of %s add up to %s, want %s", name, key, list, got, want)
	}
}

func lineHas(out, label, value string) bool {
	for _, line := range strings.Split(out, "\n") {
		if i := strings.Index(line, label); i >= 0 {
			if f := strings.Fields(line[i+len(label):]); len(f) > 0 && f[0] == value {
				return true
			}
		}
	}
	return false
}

// TestSameRunSameBytes: nothing depends on anything but the Run.
func TestSameRunSameBytes(t *testing.T) {
	outputs := append(outputs[:len(outputs):len(outputs)], struct {
		name  string
		write func(io.Writer, *Run) error
	}{"terminal", func(w io.Writer, run *Run) error { return Terminal(w, run, TerminalOptions{Color: true}) }})
	for _, o := range outputs {
		var a, b bytes.Buffer
		for _, x := range []*bytes.Buffer{&a, &b} {
			if err := o.write(x, sample(t, 2, 2)); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s differs between two equal runs", o.name)
		}
	}
}
