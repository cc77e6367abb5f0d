package report

import (
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"tollgate/engine"
)

// rows reads a CSV file and checks its header.
func rows(t testing.TB, b []byte, header string) [][]string {
	t.Helper()
	list, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(list[0], ","); got != header {
		t.Errorf("header %s, want %s", got, header)
	}
	return list[1:]
}

const (
	fillHeader  = "ts_ns,strategy,account,instrument,side,qty,price,fee,order_id,position,realized_pnl"
	orderHeader = "order_id,strategy,account,instrument,side,type,tif,qty,limit,stop,state,filled,average_price,fees," +
		"sent_ns,ended_ns,parent_id,oco,class,reason"
	equityHeader = "ts_ns,equity,drawdown"
)

func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	for range 2 { // the second time over the first
		if err := Files(dir, tiny(t)); err != nil {
			t.Fatal(err)
		}
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range list {
		names = append(names, f.Name())
	}
	want := []string{"equity.csv", "fills.csv", "log.txt", "orders.csv", "report.html", "result.json", "trips.csv"}
	if !slices.Equal(names, want) {
		t.Errorf("files %v, want %v", names, want)
	}
	for _, name := range []string{"fills.csv", "orders.csv", "equity.csv", "trips.csv"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if name != "equity.csv" {
			golden(t, name, b)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "result.json"))
	if want, _ := JSON(tiny(t)); err != nil || !bytes.Equal(b, want) {
		t.Errorf("result.json is not what JSON says: %v", err)
	}
}

func TestFilesNameWhatFailed(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Files(file, tiny(t)); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file for a folder: %v", err)
	}
	// A folder where a file should go: the name is in the error, nothing is left behind.
	if err := os.MkdirAll(filepath.Join(dir, "out", "orders.csv"), 0o755); err != nil {
		t.Fatal(err)
	}
	err := Files(filepath.Join(dir, "out"), tiny(t))
	if err == nil || !strings.Contains(err.Error(), filepath.Join("out", "orders.csv")) {
		t.Errorf("a folder for orders.csv: %v", err)
	}
	list, _ := os.ReadDir(filepath.Join(dir, "out"))
	for _, f := range list {
		if strings.HasPrefix(f.Name(), ".") {
			t.Errorf("%s was left behind", f.Name())
		}
	}
}

// TestFailedWriteKeepsTheOldFile: the new file takes the old one's place whole or not at all.
func TestFailedWriteKeepsTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := replace(path, func(w io.Writer) error { w.Write([]byte("new")); return errBroken }); err == nil {
		t.Error("no error")
	}
	if b, _ := os.ReadFile(path); string(b) != "old" {
		t.Errorf("the file holds %q", b)
	}
}

func TestCSVOfHostileTexts(t *testing.T) {
	run := hostile(t)
	var b bytes.Buffer
	if err := FillsCSV(&b, run); err != nil {
		t.Fatal(err)
	}
	list := rows(t, b.Bytes(), fillHeader)
	if len(list) != len(run.Result.Fills) {
		t.Fatalf("%d rows", len(list))
	}
	// The reader turns a line end inside quotes into \n; all else comes back.
	if got := list[0][1]; got != strings.ReplaceAll(evil, "\r\n", "\n") {
		t.Errorf("name %q came back as %q", evil, got)
	}
	if list[1][3] != "instrument 99" {
		t.Errorf("an instrument that does not exist is called %q", list[1][3])
	}
}

func TestLogText(t *testing.T) {
	var b bytes.Buffer
	run := hostile(t)
	if err := LogText(&b, run); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n != 1 || strings.Contains(b.String(), "\x1b") {
		t.Errorf("one log line became %q", b.String())
	}
}

// TestFillsComeBack: what fills.csv says is what happened, exactly.
func TestFillsComeBack(t *testing.T) {
	run := tiny(t)
	rapid.Check(t, func(t *rapid.T) {
		f := &run.Result.Fills[0]
		f.At = engine.Time(rapid.Int64().Draw(t, "at"))
		f.Price = engine.Price(rapid.Int64Range(-1e9, 1e9).Draw(t, "price"))
		f.Qty = engine.Qty(rapid.Int64Range(1, 1e8).Draw(t, "qty"))
		f.Fee = engine.Money(rapid.Int64Range(-9e18, 9e18).Draw(t, "fee"))
		f.Realized = engine.Money(rapid.Int64Range(-9e18, 9e18).Draw(t, "realized"))
		var b bytes.Buffer
		if err := FillsCSV(&b, run); err != nil {
			t.Fatal(err)
		}
		list, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		row := list[1]
		n, err := engine.ParseNano(row[6])
		if err != nil {
			t.Fatal(err)
		}
		if p, err := run.instrument(0).Price(n); err != nil || p != f.Price {
			t.Errorf("price %d came back as %d, %v", f.Price, p, err)
		}
		for i, m := range map[int]engine.Money{7: f.Fee, 10: f.Realized} {
			d, err := decimal.NewFromString(row[i])
			if err != nil {
				t.Fatal(err)
			}
			if got, err := engine.MoneyOf(d); err != nil || got != m {
				t.Errorf("%s is not %d: %v", row[i], m, err)
			}
		}
		if row[0] != strconv.FormatInt(int64(f.At), 10) && f.At != engine.NoTime || row[5] != strconv.FormatInt(int64(f.Qty), 10) {
			t.Errorf("row %v of %+v", row, f)
		}
	})
}
