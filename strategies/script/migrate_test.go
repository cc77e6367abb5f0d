package script

import (
	"reflect"
	"strings"
	"testing"

	"tollgate/strategies"
)

// taken loads two versions, runs OnStart of the first and hands its state to the
// second.
func taken(t *testing.T, old, next string) (vars map[string]reflect.Value, reset []string, err error) {
	t.Helper()
	var programs []*strategies.Program
	for _, text := range []string{old, next} {
		p, err := Load(FromText("s.go", "package s\n\nimport \"tollgate/strategies\"\n\n"+text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		programs = append(programs, p)
	}
	programs[0].Handlers.OnStart(&strategies.Context{})
	err = programs[1].Carry(programs[0])
	in := programs[1].Host.(*instance)
	return in.it.Symbols(packageName)[packageName], programs[1].Reset, err
}

const firstVersion = `
type level struct{ Price float64; Hits int }
var Levels []float64
var S struct{ Count int; Name string; Up bool }
var Top = &level{}
var Total int
func OnStart(ctx *strategies.Context) {
	Levels = []float64{1, 2.5}
	S.Count, S.Name, S.Up, Total = 7, "x", true, 3
	Top.Price = 9
}
`

// TestMigrate: what changed its shape is read from the old version; what did not is
// carried over before.
func TestMigrate(t *testing.T) {
	vars, _, err := taken(t, firstVersion, `
var Levels map[int]float64
var S struct{ Count float64; Note string; Down bool }
var Best float64
var Missing = 5
var Total int
func OnStart(ctx *strategies.Context) {}
func Migrate(old *strategies.State) {
	Levels = map[int]float64{}
	for i, x := range old.Floats("Levels") {
		Levels[i] = x
	}
	S.Note, S.Down = old.Text("S.Name")+"!", !old.Bool("S.Up")
	S.Count = old.Float("S.Count") + float64(Total)
	Best = old.Float("Top.Price")
	if old.Has("Nothing") || old.Int("S.Name") != 0 || old.Has("S.Nothing") {
		Missing = 0
	}
}
`)
	if err != nil {
		t.Fatal(err)
	}
	levels := vars["Levels"].Interface().(map[int]float64)
	s := vars["S"]
	if len(levels) != 2 || levels[1] != 2.5 || s.FieldByName("Count").Float() != 10 || s.FieldByName("Note").String() != "x!" || s.FieldByName("Down").Bool() {
		t.Errorf("levels %v, S %v", levels, s)
	}
	if vars["Best"].Float() != 9 || vars["Missing"].Int() != 5 || vars["Total"].Int() != 3 {
		t.Errorf("Best %v, Missing %v, Total %v", vars["Best"], vars["Missing"], vars["Total"])
	}
}

// TestMigrateThatFailsRefusesTheSwap: with the line that failed.
func TestMigrateThatFailsRefusesTheSwap(t *testing.T) {
	_, _, err := taken(t, firstVersion, `
var N []int
func OnStart(ctx *strategies.Context) {}
func Migrate(old *strategies.State) {
	i := old.Int("Total")
	N[i] = 1
}
`)
	if err == nil || !strings.Contains(err.Error(), "s.go:10") || !strings.Contains(err.Error(), "the version before goes on") {
		t.Errorf("%v", err)
	}
}

func TestMigrateWithAnotherSignatureIsRefused(t *testing.T) {
	_, err := Check(FromText("s.go", "package s\n\nimport \"tollgate/strategies\"\n\nfunc OnStart(ctx *strategies.Context) {}\n\nfunc Migrate(ctx *strategies.Context) {}\n"))
	if err == nil || !strings.Contains(err.Error(), "want func Migrate(old *strategies.State)") {
		t.Errorf("%v", err)
	}
}

// TestSharedStateStaysShared: what two variables point at is one thing after a reload,
// rings included; a variable that cannot be carried does not spoil another.
func TestSharedStateStaysShared(t *testing.T) {
	const text = `
type node struct{ N int; Next *node }
type box struct{ In *node; F func() }
var Alias *node
var Bad = &box{}
var ByKey = map[string]*node{}
func OnStart(ctx *strategies.Context) {
	one := &node{N: 7}
	one.Next = one
	Alias, ByKey["k"] = one, one
	Bad.In, Bad.F = one, func() {}
}
`
	vars, reset, err := taken(t, text, text+"var More int\n")
	if err != nil {
		t.Fatal(err)
	}
	a, k := vars["Alias"], vars["ByKey"].MapIndex(reflect.ValueOf("k"))
	if a.IsNil() || a.Pointer() != k.Pointer() || a.Elem().Field(0).Int() != 7 {
		t.Errorf("Alias %v, ByKey %v", a, k)
	}
	if strings.Join(reset, " ") != "Bad" {
		t.Errorf("started anew: %v", reset)
	}
}

// TestRemarks: what Migrate asked for in vain and the handlers that are gone are told.
func TestRemarks(t *testing.T) {
	load := func(text string) *strategies.Program {
		p, err := Load(FromText("s.go", "package s\n\nimport \"tollgate/strategies\"\n\n"+text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	old := load(firstVersion + "func OnFill(ctx *strategies.Context, f *strategies.Fill) {}\n")
	now := load(`
var Total int
var X float64
func OnStart(ctx *strategies.Context) {}
func Migrate(old *strategies.State) {
	X = old.Float("S.Count") + float64(old.Int("Nope")) + old.Float("S.Name") + float64(old.Int("Nope"))
	if old.Has("Neither") { X = 1 }
	if !old.Bool("S.Up") || old.Text("S.Name") == "" || len(old.Floats("Total")) > 0 { X = 2 }
}
`)
	old.Handlers.OnStart(&strategies.Context{})
	if err := now.Carry(old); err != nil {
		t.Fatal(err)
	}
	const want = "; no longer there: OnFill; Migrate read as zero what the version before does not have, or has as another kind: Nope, S.Name, Total"
	if got := now.Remarks(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
