package bridge

import (
	"testing"

	"tollgate/engine"
)

// TestScannerComesToAnEnd: the bodies of answers are valid JSON when they come
// through Decode; whatever else is handed in must still end.
func TestScannerComesToAnEnd(t *testing.T) {
	d := NewDecoder(engine.NewUniverse())
	for _, text := range []string{"[:", "[", "{", "{:", "[}", "{]", "[,", "[,,]", `{"a"`, `{"a":`, `["`, `[{]`, "{{", "[[", `{"orders":[:`, ""} {
		if _, err := d.Orders([]byte(text)); err == nil && text != "[,,]" {
			t.Errorf("%s was taken", text)
		}
		_, _ = d.Positions([]byte(text))
		_, _ = d.Accounts([]byte(text))
		_, _ = d.Order([]byte(text))
	}
}

func TestStatesAreReadInEveryForm(t *testing.T) {
	for text, want := range map[string]OrderState{
		"Working": Working, "working": Working, "Change submitted": ChangeSubmitted, "CancelPending": CancelPending, "Cancel pending": CancelPending,
		"Partially filled": PartFilled, "PartFilled": PartFilled, "Canceled": Cancelled, "Trigger pending": TriggerPending, "Unknown": UnknownState, "": UnknownState, "Odd": UnknownState,
	} {
		if got := stateOf(text); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

func TestPositionsAreSignedByTheirSide(t *testing.T) {
	d := NewDecoder(engine.NewUniverse())
	for text, want := range map[string]engine.Qty{
		`[{"instrument":"X","marketPosition":"Short","quantity":3}]`:  -3,
		`[{"instrument":"X","marketPosition":"Short","quantity":-3}]`: -3,
		`[{"instrument":"X","marketPosition":"Long","quantity":3}]`:   3,
		`[{"instrument":"X","marketPosition":"Flat","quantity":0}]`:   0,
	} {
		if list, err := d.Positions([]byte(text)); err != nil || list[0].Qty != want {
			t.Errorf("%s: %+v, %v", text, list, err)
		}
	}
}
