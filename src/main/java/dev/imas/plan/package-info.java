/**
 * How a run is fitted to the data, the machine and the time that there is: facts in, settings out. Begin with
 * {@link dev.imas.plan.Planner}. Nothing here measures; what a step costs is told by the
 * {@link dev.imas.plan.StepClock} of the caller.
 */
package dev.imas.plan;
