package script

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestMistakenDeclarations: each mistake is told once, where it was made.
func TestMistakenDeclarations(t *testing.T) {
	for _, c := range []struct {
		name, text string
		params     map[string]string
		want       []string // line:column and what the message holds
	}{
		{name: "right", text: "var n = strategies.Int(\"n\", 5, 5, 5, \"\")"},
		{name: "default outside", text: "var n = strategies.Int(\"n\", 5, 6, 9, \"\")", want: []string{"3:9 default 5 is not inside its range 6 to 9"}},
		{name: "upside down", text: "var n = strategies.Float(\"n\", 5, 9, 1, \"\")", want: []string{"3:9 its lowest value, 9, is above its highest, 1"}},
		{name: "twice", text: "var a = strategies.Bool(\"n\", true, \"\")\nvar b = strategies.Bool(\"n\", true, \"\")", want: []string{"4:9 declared twice"}},
		{name: "no option", text: "var a = strategies.Choice(\"a\", \"x\", \"\", \"y\", \"z\")", want: []string{"3:9 default \"x\" is not one"}},
		{
			name: "initialised in another order, one in another", want: []string{"3:24 length is 0", "4:24 length is -1"},
			text: "var a = strategies.SMA(strategies.EMA(b, 0), 1)\nvar b = strategies.EMA(strategies.EMA(strategies.Last(), -1), 3)",
		},
		{name: "a parameter's mistake before the run's", text: "var n = strategies.Int(\"n\", 5, 6, 9, \"\")", params: map[string]string{"n": "0", "m": "1"}, want: []string{"3:9 default 5"}},
		{name: "the run's mistake", text: "var n = strategies.Int(\"n\", 5, 1, 9, \"\")", params: map[string]string{"n": "0"}, want: []string{"script s: parameter \"n\": 0 is outside its range 1 to 9"}},
		{name: "a length of the run's", text: "var n = strategies.Int(\"n\", 5, 0, 9, \"\")\nvar a = strategies.EMA(strategies.Last(), n)", params: map[string]string{"n": "0"}, want: []string{"script s: indicator: EMA: length is 0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := "package p\nimport \"tollgate/strategies\"\n" + c.text + "\nfunc OnStart(ctx *strategies.Context) {}\n"
			_, err := Load(FromText("s.go", text), Options{Params: c.params})
			var found Findings
			var got []string
			switch {
			case errors.As(err, &found):
				for _, f := range found {
					got = append(got, fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.Message))
				}
			case err != nil:
				got = []string{err.Error()}
			}
			ok := len(got) == len(c.want)
			for i := range got {
				ok = ok && strings.HasPrefix(got[i], strings.Fields(c.want[i])[0]) && strings.Contains(got[i], strings.SplitN(c.want[i], " ", 2)[1])
			}
			if !ok {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestToldOnce: what the type check has told is not told again by the lint.
func TestToldOnce(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"ctx.Log(x)", []string{"undefined: x"}},
		{"ctx.Log([]x{})", []string{"undefined: x"}},
		{"panic(x)", []string{"undefined: x"}},
		{"panic(nil)", []string{"panic with nil"}},
		{"panic(ctx)", []string{"panic with a value of type"}},
		{"ctx.Log(nil)", []string{"Log given"}},
		{"import _ \"C\"", []string{"\"C\" is not available"}},
		{"import x \"math\"\nvar y = x.Pi", []string{"import of math as x"}},
	} {
		found := findings(t, wrap(c.text))
		ok := len(found) == len(c.want)
		for i := range found {
			ok = ok && strings.HasPrefix(found[i].Message, c.want[i])
		}
		if !ok {
			t.Errorf("%s: %v", c.text, found)
		}
	}
}
