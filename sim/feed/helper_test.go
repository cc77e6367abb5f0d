package feed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"tollgate/engine"
)

// facts are tick and point value of the roots the tests use.
var facts = map[string][2]string{
	"ES": {"0.25", "50"}, "NQ": {"0.25", "20"}, "GC": {"0.1", "100"}, "CL": {"0.01", "1000"},
	"ZB": {"0.03125", "1000"}, "ZN": {"0.015625", "1000"}, "ZF": {"0.0078125", "1000"},
	"6E": {"0.00005", "125000"}, "6B": {"0.0001", "62500"}, "6J": {"0.0000005", "12500000"},
	"AIG": {"0.01", "1"},
}

var errUnknown = errors.New("unknown instrument, describe it with --spec")

// resolve knows the instruments of the tests, by root.
func resolve(name string) (string, engine.Spec, error) {
	root, _, _ := strings.Cut(name, " ")
	f, ok := facts[root]
	if !ok {
		return "", engine.Spec{}, fmt.Errorf("%q: %w", name, errUnknown)
	}
	tick, err := engine.ParseNano(f[0])
	return name, engine.Spec{Root: root, Tick: tick, PointValue: decimal.RequireFromString(f[1])}, err
}

func options() Options { return Options{Universe: engine.NewUniverse(), Resolve: resolve} }

// realFile is a file of recorded market data; without it the test is skipped.
func realFile(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the package")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(filepath.Dir(dir), "shared", "feeds", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("recorded market data is not part of the project: looked for %s", filepath.Join("..", "shared", "feeds", name))
	}
	return path
}

// all reads a source to its end.
func all(src Source) ([]engine.Quote, error) {
	var list []engine.Quote
	for {
		var q engine.Quote
		if err := src.Next(&q); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return list, err
		}
		list = append(list, q)
	}
}

// mustAll reads a file to its end.
func mustAll(t testing.TB, path string, o Options) []engine.Quote {
	t.Helper()
	src, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	list, err := all(src)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// record writes events as a recording.
func record(t testing.TB, u *engine.Universe, list []engine.Quote, c WriterConfig) []byte {
	t.Helper()
	var out bytes.Buffer
	c.Universe = u
	w := NewWriter(&out, c)
	for i := range list {
		if err := w.Write(&list[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// from opens bytes as a file.
func from(data []byte, o Options) (Source, error) {
	return NewSource(bytes.NewReader(data), "test", o)
}

// sameEvents fails at the first event that differs.
func sameEvents(t rapid.TB, got, want []engine.Quote) {
	t.Helper()
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("event %d:\n got %+v\nwant %+v", i+1, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d events, want %d", len(got), len(want))
	}
}
