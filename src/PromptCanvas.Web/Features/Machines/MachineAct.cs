namespace PromptCanvas.Web.Features.Machines;

/// <summary>What an administrator asks of a machine.</summary>
public enum MachineAct
{
    Drain,
    Undrain,
    Forget,
}
