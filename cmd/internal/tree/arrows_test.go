package tree

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// arrows says which packages of ours a package may import, tests left out. A
// package that is not listed inherits the entry of the nearest folder above it.
var arrows = map[string][]string{
	"engine":                {},
	"engine/bridge":         {"engine"},
	"engine/journal":        {"engine"},
	"engine/bus":            {"engine"},
	"engine/gateway":        {"engine", "engine/bridge", "engine/bus", "engine/journal"},
	"risk":                  {"engine"},
	"strategies":            {"engine", "strategies/indicator"},
	"strategies/indicator":  {"engine"},
	"strategies/script":     {"engine", "strategies", "strategies/indicator", "strategies/script"},
	"strategies/worker":     {"engine", "engine/bus", "engine/journal", "strategies", "strategies/script"},
	"sim":                   {"engine", "strategies", "sim/venue"},
	"sim/venue":             {"engine"},
	"sim/feed":              {"engine", "sim/feed"},
	"sim/report":            {"engine", "strategies", "sim", "sim/tune"},
	"sim/tune":              {"engine", "strategies", "sim"},
	"sim/bias":              {"engine", "sim", "strategies"},
	"sim/fakebridge":        {"engine", "engine/bridge", "sim/venue", "sim/feed", "sim/fakebridge"},
	"sim/fakebridge/broker": {"engine", "sim/venue"},
	"configs":               {"engine", "risk"},
	"examples":              {"strategies"},
}

func TestArrows(t *testing.T) {
	for _, f := range load(t) {
		if f.test || within(f.pkg, "cmd") {
			continue
		}
		allowed, ok := lookup(f.pkg)
		if !ok {
			t.Errorf("%s: package %s has no place in the design: add it to the arrows with its reason", f.path, f.pkg)
			continue
		}
		for _, path := range f.imports() {
			ours, is := strings.CutPrefix(path, "tollgate/")
			if is && !slices.ContainsFunc(allowed, func(a string) bool { return ours == a || a == f.pkg && within(ours, a) }) {
				t.Errorf("%s imports %s: %s may only point at %v; everything points at engine, and only cmd knows everybody",
					f.path, path, f.pkg, allowed)
			}
		}
	}
}

func lookup(pkg string) ([]string, bool) {
	for {
		if a, ok := arrows[pkg]; ok {
			return a, true
		}
		i := strings.LastIndex(pkg, "/")
		if i < 0 {
			return nil, false
		}
		pkg = pkg[:i]
	}
}

// sole says who alone may import a third-party module, so that it can be replaced
// and its quirks are met in one place.
var sole = map[string][]string{
	"github.com/traefik/yaegi":      {"strategies/script"},
	"github.com/coder/websocket":    {"engine/bridge", "sim/fakebridge"},
	"github.com/nats-io":            {"engine/bus"},
	"github.com/apache/arrow-go":    {"sim/feed"},
	"github.com/klauspost/compress": {"sim/feed"},
	"github.com/goccy/go-yaml":      {"configs"},
	"github.com/spf13":              {"cmd"},
}

// yardsticks are packages whose tests hold the whole program against a bare module.
var yardsticks = map[string]string{"github.com/coder/websocket": "cmd/internal/stack"}

func TestSoleImporters(t *testing.T) {
	for _, f := range load(t) {
		for _, path := range f.imports() {
			for module, homes := range sole {
				if f.test && yardsticks[module] == f.pkg {
					continue
				}
				if within(path, module) && !slices.ContainsFunc(homes, func(h string) bool { return within(f.pkg, h) }) {
					t.Errorf("%s imports %s: only %v may", f.path, path, homes)
				}
			}
		}
	}
}

// TestOnlyTheGateGrants: engine cannot import risk, so the way to a permit is an
// exported function; that nobody else calls it is what makes "no permit, no order" true.
func TestOnlyTheGateGrants(t *testing.T) {
	granted := false
	for _, f := range load(t) {
		if f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if !isCall(n, "engine", "Grant") {
				return true
			}
			if f.pkg != "risk" {
				t.Errorf("%s:%d makes a permit: only package risk may, everybody else asks the gate", f.path, f.line(n))
			}
			granted = true
			return true
		})
	}
	if !granted {
		t.Error("nobody calls engine.Grant: this test has lost its object")
	}
}
