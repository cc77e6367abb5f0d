package report

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLook writes sample reports into the folder named by REPORT_LOOK, to be
// looked at in a browser at 1280 and 390 pixels, light and dark.
func TestLook(t *testing.T) {
	dir := os.Getenv("REPORT_LOOK")
	if dir == "" {
		t.Skip("writes reports to look at: set REPORT_LOOK=FOLDER for that")
	}
	for name, run := range map[string]*Run{
		"one": sample(t, 3, 1), "two": sample(t, 8, 2), "tiny": tiny(t), "empty": empty(), "hostile": hostile(t), "huge": huge(t, 60_000),
	} {
		if err := Files(filepath.Join(dir, name), run); err != nil {
			t.Fatal(err)
		}
	}
}
