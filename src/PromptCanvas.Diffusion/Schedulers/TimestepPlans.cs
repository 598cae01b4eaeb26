namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>Makes timestep plans: which of the T training timesteps a sampler with fewer steps visits.</summary>
public static class TimestepPlans
{
    /// <summary>The λ below which DPM-Solver++ skips the cosine schedule's tail, where λ changes too fast for a second-order step.</summary>
    public const double LambdaMinimum = -5.1;

    /// <summary>Rounds k·(T−1)/(n−1) half to even; from T−1 down to 0. UnCLIP's list, and DDPM's with spacing "linspace".</summary>
    /// <param name="trainingTimesteps">T.</param>
    /// <param name="steps">n, 2 … T.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 2 or more than T steps.</exception>
    public static TimestepPlan Linspace(int trainingTimesteps, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, trainingTimesteps);
        return new TimestepPlan(Descending(steps, k => RoundHalfToEven(k * ((double)(trainingTimesteps - 1) / (steps - 1)))));
    }

    /// <summary>k·⌊T/n⌋ + offset; ends at the offset.</summary>
    /// <param name="trainingTimesteps">T.</param>
    /// <param name="steps">n, 1 … T.</param>
    /// <param name="offset">Added to every timestep; the noisiest must stay below T.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no or more than T steps, or the offset leads outside 0 … T−1.</exception>
    public static TimestepPlan Leading(int trainingTimesteps, int steps, int offset = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, trainingTimesteps);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var stride = trainingTimesteps / steps;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(((steps - 1) * stride) + offset, trainingTimesteps, nameof(offset));
        return new TimestepPlan(Descending(steps, k => (k * stride) + offset));
    }

    /// <summary>round(T − j·T/n) − 1 for j = 0 … n−1; starts at T−1 and ends one stride above the clean sample.</summary>
    /// <param name="trainingTimesteps">T.</param>
    /// <param name="steps">n, 1 … T.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no or more than T steps.</exception>
    public static TimestepPlan Trailing(int trainingTimesteps, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, trainingTimesteps);
        var stride = (double)trainingTimesteps / steps;
        return new TimestepPlan(Descending(steps, k => RoundHalfToEven(trainingTimesteps - ((steps - 1 - k) * stride)) - 1));
    }

    /// <summary>
    /// DPM-Solver++'s list: n + 1 evenly spaced timesteps from M−1 to 0, rounded half to even, 0 dropped. M is T, except on the cosine
    /// schedule, where timesteps with λ below <see cref="LambdaMinimum"/> are left out (M = 996 of 1000).
    /// </summary>
    /// <param name="schedule">The noise schedule.</param>
    /// <param name="steps">n, 1 … M−1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps, or more than the schedule allows.</exception>
    public static TimestepPlan DpmSolver(NoiseSchedule schedule, int steps)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var usable = UsableByDpmSolver(schedule);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, usable - 1);
        return new TimestepPlan(Descending(steps, k => RoundHalfToEven((k + 1) * ((double)(usable - 1) / steps))));
    }

    /// <summary>The list ancestral and DDIM sampling use under a component's settings.</summary>
    /// <param name="settings">The component's settings; without a spacing of its own, cosine schedules take <see cref="Linspace"/> and others <see cref="Leading"/>.</param>
    /// <param name="schedule">The settings' noise schedule.</param>
    /// <param name="steps">n; 2 … <see cref="MaximumSteps"/> covers every spacing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The spacing cannot make so many steps.</exception>
    public static TimestepPlan FromSettings(SchedulerSettings settings, NoiseSchedule schedule, int steps)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(schedule);
        var spacing = SpacingOf(settings, schedule);
        return spacing switch
        {
            TimestepSpacing.Linspace => Linspace(schedule.TrainingTimesteps, steps),
            TimestepSpacing.Leading => Leading(schedule.TrainingTimesteps, steps, settings.StepsOffset),
            TimestepSpacing.Trailing => Trailing(schedule.TrainingTimesteps, steps),
            _ => throw new ArgumentException($"Unknown timestep spacing {spacing}.", nameof(settings)),
        };
    }

    /// <summary>The maximum number of steps of <see cref="DpmSolver"/>.</summary>
    /// <param name="schedule">The noise schedule.</param>
    public static int MaximumDpmSolverSteps(NoiseSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return UsableByDpmSolver(schedule) - 1;
    }

    /// <summary>A number of steps up to which <see cref="FromSettings"/> makes every list.</summary>
    /// <param name="settings">The component's settings.</param>
    /// <param name="schedule">The settings' noise schedule.</param>
    public static int MaximumSteps(SchedulerSettings settings, NoiseSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(schedule);

        // The noisiest leading timestep is at most T − T/n + offset, which stays below T while n·offset does.
        return SpacingOf(settings, schedule) == TimestepSpacing.Leading && settings.StepsOffset > 0
            ? (schedule.TrainingTimesteps - 1) / settings.StepsOffset
            : schedule.TrainingTimesteps;
    }

    private static TimestepSpacing SpacingOf(SchedulerSettings settings, NoiseSchedule schedule) => settings.Spacing
        ?? (schedule.Kind == NoiseScheduleKind.Cosine ? TimestepSpacing.Linspace : TimestepSpacing.Leading);

    private static int UsableByDpmSolver(NoiseSchedule schedule)
    {
        var usable = schedule.TrainingTimesteps;
        while (schedule.Kind == NoiseScheduleKind.Cosine && usable > 1 && schedule.Lambda(usable - 1) < LambdaMinimum)
        {
            usable--;
        }

        return usable;
    }

    private static int RoundHalfToEven(double value) => (int)Math.Round(value, MidpointRounding.ToEven);

    private static int[] Descending(int steps, Func<int, int> ascending)
    {
        var timesteps = new int[steps];
        for (var k = 0; k < steps; k++)
        {
            timesteps[steps - 1 - k] = ascending(k);
        }

        return timesteps;
    }
}
