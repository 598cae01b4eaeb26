namespace PromptCanvas.Diffusion.Networks;

/// <summary>One component of a checkpoint that can be run: named tensors in, named tensors out.</summary>
/// <remarks>
/// Input and output names and shapes of each kind of network are the ones of <see cref="NetworkNames"/>.
/// Rows of a batch do not influence each other: on the CPU, row <c>i</c> of the output is bit for bit what it
/// would be alone. Implementations load their weights when first run.
/// </remarks>
public interface INetwork : IDisposable
{
    /// <summary>The component's folder name in the checkpoint, for example <c>decoder</c>.</summary>
    string Name { get; }

    /// <summary>Runs the network once, blocking until it is done.</summary>
    /// <param name="inputs">Every input of this kind of network, all with the same number of rows.</param>
    /// <param name="cancellationToken">Stops the run between, or where the runtime can inside, operators.</param>
    /// <returns>Every output, with as many rows as the inputs.</returns>
    /// <exception cref="ArgumentException">An input is missing, unknown, or has the wrong shape or type.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="ModelException">The weights cannot be loaded.</exception>
    IReadOnlyDictionary<string, NetworkTensor> Run(IReadOnlyDictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken);

    /// <summary>Floating-point operations of one row, a multiplication and an addition each; 0 where they are not known.</summary>
    /// <param name="grid">Height and width of the sample; networks without one ignore it.</param>
    double OperationsPerRow(int grid) => 0;

    /// <summary>The most rows of one run. On a CPU a large network gains nothing from batching: each row costs the same, and a stop waits for all of them.</summary>
    /// <param name="grid">Height and width of the sample; networks without one ignore it.</param>
    int RowLimit(int grid) => int.MaxValue;

    /// <summary>No request needs the network after its next run, so that run releases its scratch memory at its end. The weights stay.</summary>
    void ReleaseScratchAfterNextRun()
    {
    }

    /// <summary>Releases scratch memory that an earlier run left, at the cost of a run on the smallest input. The weights stay; nothing is loaded for it.</summary>
    /// <remarks>For a network whose pictures were stopped, so that no last run released it. Call it while the network does not run.</remarks>
    /// <param name="cancellationToken">Stops that run: with weights that have to be read from the disk first it takes seconds.</param>
    /// <exception cref="OperationCanceledException">It was stopped; the memory is held as before.</exception>
    void ReleaseScratch(CancellationToken cancellationToken)
    {
    }

    /// <summary>Returns an output that is no longer read, so that a later run can reuse its memory.</summary>
    /// <param name="output">From <see cref="Run"/>; returned at most once.</param>
    void Recycle(NetworkTensor output)
    {
    }
}
