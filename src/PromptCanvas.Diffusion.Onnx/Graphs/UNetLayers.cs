namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The state shared by a U-Net's layers: its config, the activated time embedding, and its context.</summary>
/// <param name="Graph">Receives the operators.</param>
/// <param name="Config">The sizes.</param>
/// <param name="Time">The time embedding after its activation, (B, T).</param>
/// <param name="Context">Context tokens (B, M, X); null without attention.</param>
/// <param name="ContextBias">Added to the scores of the context keys, (B, M); null without attention, and where every context token counts.</param>
internal record UNetScope(GraphBuilder Graph, UNetConfig Config, Value Time, Value? Context, Value? ContextBias)
{
    /// <summary>ε of the group norm in front of attention: the reference fixes it, independent of <c>norm_eps</c>.</summary>
    private const double AttentionEpsilon = 1e-5;

    /// <summary>A residual block (ResnetBlock2D), optionally at half or twice the size.</summary>
    /// <param name="name">Where its weights are.</param>
    /// <param name="picture">(B, inputWidth, H, W).</param>
    /// <param name="inputWidth">Channels in.</param>
    /// <param name="outputWidth">Channels out.</param>
    /// <param name="resample">Halves or doubles the picture, in both branches; null = keeps its size.</param>
    /// <param name="scale">Divisor of the sum of both branches; null = the config's factor of the down and up blocks.</param>
    public Value Resnet(string name, Value picture, int inputWidth, int outputWidth, Func<Value, Value>? resample = null, double? scale = null)
    {
        var hidden = Graph.Activate(Config.Activation, Norm($"{name}.norm1", picture, inputWidth));
        if (resample is not null)
        {
            hidden = resample(hidden);
            picture = resample(picture);
        }

        hidden = Graph.Convolution($"{name}.conv1", hidden, inputWidth, outputWidth, 3);
        hidden = Graph.Activate(Config.Activation, NormWithTime(name, hidden, outputWidth));
        hidden = Graph.Convolution($"{name}.conv2", hidden, outputWidth, outputWidth, 3);
        var shortcut = inputWidth == outputWidth
            ? picture
            : Graph.Convolution($"{name}.conv_shortcut", picture, inputWidth, outputWidth, 1);
        var sum = Graph.Add(shortcut, hidden);
        var divisor = scale ?? Config.BlockScale;
        return divisor == 1 ? sum : Graph.Node("Div", [sum, Graph.Number((float)divisor)]);
    }

    /// <summary>Attention of a picture's pixels to the context and to each other: context keys first, then the picture's.</summary>
    /// <param name="name">Where its weights are.</param>
    /// <param name="picture">(B, width, H, W).</param>
    /// <param name="level">Which level of the network, 0 = the finest.</param>
    public virtual Value Attention(string name, Value picture, int level)
    {
        var width = Config.Widths[level];
        var normalised = Graph.Reshape(Graph.GroupNorm($"{name}.group_norm", picture, width, Config.Groups, AttentionEpsilon), 0, width, -1);
        var pixels = Graph.Transpose(normalised, 0, 2, 1);
        var queries = Graph.Linear($"{name}.to_q", pixels, width, width);
        var keys = Graph.Concat(
            1, Graph.Linear($"{name}.add_k_proj", Context!.Value, Config.ContextWidth, width), Graph.Linear($"{name}.to_k", pixels, width, width));
        var values = Graph.Concat(
            1, Graph.Linear($"{name}.add_v_proj", Context.Value, Config.ContextWidth, width), Graph.Linear($"{name}.to_v", pixels, width, width));
        Value? bias = ContextBias is { } given ? Graph.AppendVisibleKeys(given, Graph.SizeOf(pixels, 1)) : null;
        var mixed = Graph.Attend(queries, keys, values, width / Config.HeadWidth, Config.HeadWidth, bias);
        var projected = Graph.Transpose(Graph.Linear($"{name}.to_out.0", mixed, width, width), 0, 2, 1);
        return Graph.Add(picture, Graph.ReshapeLike(projected, picture));
    }

    /// <summary>A picture at half the size; <paramref name="name"/> is its block's.</summary>
    public virtual Value Downsample(string name, Value picture, int width) => Resnet($"{name}.downsamplers.0", picture, width, width, Graph.Halve);

    /// <summary>A picture at twice the size; <paramref name="name"/> is its block's.</summary>
    public virtual Value Upsample(string name, Value picture, int width) => Resnet($"{name}.upsamplers.0", picture, width, width, Graph.Double);

    /// <summary>Group norm with this U-Net's groups.</summary>
    public Value Norm(string name, Value picture, int channels) =>
        Graph.GroupNorm(name, picture, channels, Config.Groups, Config.Epsilon);

    private Value NormWithTime(string name, Value hidden, int width)
    {
        if (!Config.ScaleShift)
        {
            var offset = Graph.Linear($"{name}.time_emb_proj", Time, Config.TimeWidth, width);
            return Norm($"{name}.norm2", Graph.Add(hidden, Graph.Unsqueeze(offset, 2, 3)), width);
        }

        // The scale is the first half. It joins the norm's own before either touches the picture: two passes over it instead of four.
        var both = Graph.Unsqueeze(Graph.Linear($"{name}.time_emb_proj", Time, Config.TimeWidth, 2 * width), 2, 3);
        var halves = Graph.Nodes("Split", 2, [both], Attribute.Integer("axis", 1), Attribute.Integer("num_outputs", 2));
        var scale = Graph.Add(halves[0], Graph.Number(1));
        return Graph.GroupNorm($"{name}.norm2", hidden, width, Config.Groups, Config.Epsilon, scale, halves[1]);
    }
}
