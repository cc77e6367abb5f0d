package cli

import (
	"errors"
	"strings"

	"tollgate/configs"
	"tollgate/engine"
)

// resolver finds instruments by name for a feed. A feed that names only the root
// ("ES") holds a continuous contract: it keeps the root as its name, because which
// month it was on which day only its maker knows.
func resolver(table *configs.Table) func(string) (string, engine.Spec, error) {
	return func(name string) (string, engine.Spec, error) {
		key, spec, err := table.Resolve(name, engine.NoTime)
		var unknown *engine.UnknownInstrument
		if err == nil || errors.As(err, &unknown) {
			return key, spec, err
		}
		root := strings.ToUpper(strings.TrimSuffix(strings.TrimSpace(name), "1!"))
		if spec, ok := table.Spec(root); ok {
			return root, spec, nil
		}
		return key, spec, err
	}
}
