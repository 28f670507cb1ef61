// SPDX-License-Identifier: Apache-2.0

package v1alpha1

const (
	// ManagedByAnnotation is on objects that an outside system manages: the controller writes nothing to them.
	ManagedByAnnotation = "common.ironcore.dev/managed-by"

	// EphemeralManagedByAnnotation is on objects that the controller made for others, with the value
	// DefaultEphemeralManager.
	EphemeralManagedByAnnotation = "common.ironcore.dev/ephemeral-managed-by"

	// DefaultEphemeralManager is the value of EphemeralManagedByAnnotation.
	DefaultEphemeralManager = "ephemeral-manager"
)

// Words of tolerations. The API takes others as well.
const (
	TolerationOpEqual  TolerationOperator = "Equal"
	TolerationOpExists TolerationOperator = "Exists"

	TaintEffectNoSchedule TaintEffect = "NoSchedule"
	TaintEffectNoExecute  TaintEffect = "NoExecute"
)
