using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Datasets;

/// <summary>A picture of a data set that its job has made, or not.</summary>
internal sealed record MadePicture(int Index, int Attempt, JobPicture Picture);
