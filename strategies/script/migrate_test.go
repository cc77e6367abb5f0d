package script

import (
	"fmt"
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
	const want = "; no longer there: OnFill; left behind, because the new version has nothing of that name: Levels, Top; Migrate read as zero what the version before does not have, or has as another kind: Nope, S.Name, Total"
	if got := strategies.Remarks(now); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestNewFieldsBeginAsWritten: a field that the version before lacks has the value that
// the new source gives it, behind pointers too; what is carried over wins where both
// have it, nil included.
func TestNewFieldsBeginAsWritten(t *testing.T) {
	const old = `
type inner struct{ A int }
type cfg struct{ Stop int; In inner; L []int; M map[int]int; N *inner; seen int }
var S = cfg{Stop: 10}
var P = &cfg{Stop: 5}
var F struct{ N int }
func OnStart(ctx *strategies.Context) {
	S.Stop++
	P.Stop++
	S.In.A, P.seen, F.N = 3, 4, 5
}
`
	next := strings.NewReplacer(
		"A int", "A, B int", "Stop int", "Stop, Target int", "struct{ N int }", "struct{ N int; Rule func() int }",
		"cfg{Stop: 10}", "cfg{Stop: 10, Target: 20, In: inner{1, 2}, L: []int{1}, M: map[int]int{1: 1}, N: &inner{}}", "cfg{Stop: 5}", "cfg{Stop: 5, Target: 7}",
	).Replace(old)
	vars, reset, err := taken(t, old, next)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%+v %+v %v", vars["S"], vars["P"].Elem(), vars["F"].Field(0)), "{Stop:11 Target:20 In:{A:3 B:2} L:[] M:map[] N:<nil> Xseen:0} {Stop:6 Target:7 In:{A:0 B:0} L:[] M:map[] N:<nil> Xseen:4} 5"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !vars["S"].FieldByName("L").IsNil() || !vars["S"].FieldByName("M").IsNil() || len(reset) != 0 {
		t.Errorf("S %+v, started anew: %v", vars["S"], reset)
	}
}

// TestWhatIsLeftBehindIsTold: fields and variables that are gone or have another name,
// and those with small letters; unless Migrate reads them, or they held nothing.
func TestWhatIsLeftBehindIsTold(t *testing.T) {
	const old = `
type level struct{ Hits, Zero, hidden int }
var S struct{ Count, Read, low int; In struct{ Deep int } }
var Book = map[string][]level{}
var Gone, Read, Zero int
var Table = [2]int{1, 2}
var small, constant, only int
var next = counter()
func counter() func() int { n := 0; return func() int { n++; return n } }
func OnStart(ctx *strategies.Context) {
	S.Count, S.Read, S.low, S.In.Deep, Gone, Read = 1, 2, 7, 3, 4, 5
	Book["a"] = []level{{Hits: 1, hidden: 2}, {Hits: 2, hidden: 3}}
	Zero = 0
	small++
	only++
}
`
	const next = `
type level struct{ Touches int }
var S struct{ Number, Now int; In struct{ Deeper int } }
var Book = map[string][]level{}
var small, constant int
var next = counter()
func counter() func() int { n := 0; return func() int { n++; return n } }
func OnStart(ctx *strategies.Context) { small++; constant++ }
func Migrate(s *strategies.State) { S.Now = s.Int("S.Read") + s.Int("Read") + s.Int("S.low") }
`
	var programs []*strategies.Program
	for _, text := range []string{old, old, next, next} {
		p, err := Load(FromText("s.go", "package s\n\nimport \"tollgate/strategies\"\n\n"+text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		programs = append(programs, p)
	}
	programs[1].Handlers.OnStart(&strategies.Context{}) // the other instance has nothing to lose yet
	for i := range 2 {
		if err := programs[2+i].Carry(programs[i]); err != nil {
			t.Fatal(err)
		}
	}
	const want = "; started anew, because their type changed or they hold functions or what the host made: next; started anew, because only names with a capital letter live on: small; left behind, because the new version has nothing of that name: Book.Hits, Book.hidden, S.Count, S.In.Deep, Gone"
	if got := (&Candidate{Programs: programs[2:]}).Remarks(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if now := programs[3].Host.(*instance).it.Symbols(packageName)[packageName]["S"].FieldByName("Now").Int(); now != 2+5+7 {
		t.Errorf("Migrate read %d", now)
	}
}

// TestSettingsComeFromTheNewSource: an exported variable of a plain value that neither
// version changes is what the new source says. One that can be changed is carried over.
func TestSettingsComeFromTheNewSource(t *testing.T) {
	const old = `
type cfg struct{ Stop int; Name string }
var Cfg, Moved, Once = cfg{10, "a"}, cfg{1, "a"}, cfg{1, "a"}
var Sizes, Sliced = [2]int{1, 2}, [2]int{1, 2}
var Limit, Soon = 3.5, 1
var List = []int{1}
func init() { Limit = 4 }
func set(c *cfg, n []int) { c.Stop = n[0] + 7 }
func OnStart(ctx *strategies.Context) {
	set(&Moved, Sliced[:])
	Soon = 2
}
`
	next := strings.NewReplacer(`cfg{10, "a"}, cfg{1, "a"}, cfg{1, "a"}`, `cfg{99, "b"}, cfg{99, "b"}, cfg{99, "b"}`, "{1, 2}", "{3, 4}", "= 4", "= 5", "[]int{1}", "[]int{9}", "Soon = 2", "Once.Stop++", "3.5, 1", "3.5, 9").Replace(old)
	vars, _, err := taken(t, old, next)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, name := range []string{"Cfg", "Moved", "Once", "Sizes", "Sliced", "Limit", "Soon", "List"} {
		got += fmt.Sprint(vars[name], " ")
	}
	if want := "{99 b} {8 a} {1 a} [3 4] [1 2] 5 2 [1] "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
